package dev.matview.operator.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Key material as PEM texts hold it. */
public final class Certificates {
    private Certificates() {}

    /** Those that a text holds. @throws CertificateException when it holds no certificate, or one that is broken */
    public static Collection<? extends Certificate> certificates(String pem) throws CertificateException {
        var stream = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
        Collection<? extends Certificate> all =
                CertificateFactory.getInstance("X.509").generateCertificates(stream);
        if (all.isEmpty()) {
            throw new CertificateException("no certificate in it");
        }
        return all;
    }

    /** Those that present the certificate; null, which stands for no client certificate, when there is none. */
    public static KeyManager @Nullable [] keyManagers(@Nullable String certificate, @Nullable String key)
            throws GeneralSecurityException, IOException {
        if (certificate == null || key == null) {
            return null;
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        Certificate[] chain = certificates(certificate).toArray(new Certificate[0]);
        store.setKeyEntry("client", PrivateKeys.read(key), new char[0], chain);
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    /** Those that trust the authorities given, or for null those of the Java runtime. */
    public static TrustManager[] trustManagers(@Nullable String authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (authorities != null) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int index = 0;
            for (Certificate certificate : certificates(authorities)) {
                store.setCertificateEntry("ca-" + index++, certificate);
            }
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    /** For libpq's {@code sslmode=require}, which encrypts and asks nobody who they are. */
    public static TrustManager[] trustAny() {
        return new TrustManager[] {new TrustAny()};
    }

    private static final class TrustAny extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
