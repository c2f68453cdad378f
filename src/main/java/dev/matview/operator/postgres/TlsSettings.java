package dev.matview.operator.postgres;

import dev.matview.operator.api.Reason;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.net.Certificates;
import dev.matview.operator.net.Password;
import dev.matview.operator.net.PrivateKeys;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;

/**
 * How a connection is secured, with the certificates at hand.
 *
 * @param authorities the trusted certificates as PEM, or null for those that the Java runtime trusts
 * @param clientCertificate the client's certificate chain as PEM, or null for none
 * @param clientKey its private key as PEM, or null for none
 */
public record TlsSettings(
        TlsMode mode,
        @Nullable String authorities,
        @Nullable String clientCertificate,
        @Nullable Password clientKey) {

    /**
     * Settings whose certificates and key were read once, so that what is wrong with them is said by name.
     *
     * @throws FailureException of reason SecretInvalid
     */
    public static TlsSettings checked(
            TlsMode mode,
            @Nullable String authorities,
            @Nullable String clientCertificate,
            @Nullable Password clientKey)
            throws FailureException {
        try {
            if (authorities != null) {
                Certificates.certificates(authorities);
            }
        } catch (GeneralSecurityException e) {
            throw invalid("the value that spec.database.tls.ca names holds no certificate in PEM form");
        }
        try {
            if (clientCertificate != null && clientKey != null) {
                Certificates.certificates(clientCertificate);
                PrivateKeys.read(clientKey.value());
            }
        } catch (GeneralSecurityException e) {
            throw invalid("the Secret that spec.database.tls.clientCertificateSecretRef names needs a certificate in"
                    + " tls.crt and an unencrypted private key in tls.key, both in PEM form");
        }
        return new TlsSettings(mode, authorities, clientCertificate, clientKey);
    }

    private static FailureException invalid(String message) {
        return new FailureException(new Failure(Reason.SECRET_INVALID, message));
    }

    /** The same with at least that mode. */
    public TlsSettings atLeast(TlsMode other) {
        return other.compareTo(mode) > 0 ? new TlsSettings(other, authorities, clientCertificate, clientKey) : this;
    }

    @Override
    public String toString() {
        return mode.toString();
    }
}
