package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** How the connection is secured. */
@ValidationRule(
        value = "self.mode != 'Disable' || !(has(self.ca) || has(self.clientCertificateSecretRef))",
        message = "mode Disable uses no certificates: remove ca and clientCertificateSecretRef, or choose another mode",
        fieldPath = ".mode")
public record TlsSpec(
        @Default("VerifyFull") @JsonPropertyDescription("""
                How the connection is secured. VerifyFull: TLS, the server's certificate is issued by a trusted \
                authority and names the host that was asked for. VerifyCA: without the check of the name. Require: TLS \
                without a check of who answers. Disable: no TLS. A weaker sslmode in the Secret's URI never lowers it; \
                a stronger one raises it.""") TlsMode mode,

        @JsonPropertyDescription("""
                The certificates (PEM) of the authorities that may issue the server's certificate. Without it, those \
                that the Java runtime trusts.""") @Nullable CertificateAuthoritySource ca,

        @JsonPropertyDescription("""
                A Secret of type kubernetes.io/tls with the client's certificate and its private key, for servers \
                that ask for one.""") @Nullable SecretReference clientCertificateSecretRef) {

    public static final TlsSpec VERIFY_FULL = new TlsSpec(TlsMode.VERIFY_FULL, null, null);

    @SuppressWarnings("ConstantValue")
    public TlsSpec {
        mode = mode == null ? TlsMode.VERIFY_FULL : mode;
    }
}
