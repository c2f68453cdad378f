package dev.matview.operator.postgres;

import dev.matview.operator.net.Certificates;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import org.postgresql.ssl.WrappedFactory;

/**
 * TLS for the driver from certificates held in memory: they come from Secrets and never touch a file. The driver itself
 * compares the certificate's name with the host's under {@code sslmode=verify-full}.
 */
public final class PemSocketFactory extends WrappedFactory {
    static final String AUTHORITIES = "matview.authorities";
    static final String CLIENT_CERTIFICATE = "matview.clientCertificate";
    static final String CLIENT_KEY = "matview.clientKey";

    /** Called by the driver with the connection's properties. */
    public PemSocketFactory(Properties properties) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS");
        boolean anyServer =
                "require".equals(properties.getProperty("sslmode")) && properties.getProperty(AUTHORITIES) == null;
        context.init(
                Certificates.keyManagers(
                        properties.getProperty(CLIENT_CERTIFICATE), properties.getProperty(CLIENT_KEY)),
                anyServer ? Certificates.trustAny() : Certificates.trustManagers(properties.getProperty(AUTHORITIES)),
                null);
        factory = context.getSocketFactory();
    }
}
