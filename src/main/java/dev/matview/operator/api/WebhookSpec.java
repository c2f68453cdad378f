package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** An HTTP server that is told by a POST of a CloudEvents 1.0 event in structured JSON. */
@ValidationRule(
        value = "has(self.url) != has(self.urlFrom)",
        message = "set exactly one of url and urlFrom (a key of a Secret)")
public record WebhookSpec(
        @Size(max = 2048) @Pattern(SpecRules.HTTP_URL) @JsonPropertyDescription("""
                Where it is posted to: http:// or https://, without user and password. A URL with a token in it belongs \
                into a Secret: see urlFrom. Redirects are not followed.""") @Nullable
        String url,

        @JsonPropertyDescription("The key of a Secret that holds the URL.") @Nullable
        KeyReference urlFrom,

        @JsonPropertyDescription("""
                The key of a Secret with which the event is signed: the header X-Matview-Signature then has the \
                HMAC-SHA-256 of time and body. Without it the receiver can't tell who has sent it.""") @Nullable KeyReference signingKeyFrom,

        @JsonPropertyDescription("""
                The certificates (PEM) of the authorities that may issue the server's certificate. Without it, those \
                that the Java runtime trusts.""") @Nullable CertificateAuthoritySource ca,

        @Default("Success") @JsonPropertyDescription("""
                After which runs: Success, Failure or Always. A run that was skipped is none of them.""") Occasion when) {

    @SuppressWarnings("ConstantValue")
    public WebhookSpec {
        when = when == null ? Occasion.SUCCESS : when;
    }
}
