package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** Where the certificates of the trusted authorities are: exactly one of the two is set. */
@ValidationRule(
        value = "has(self.secretKeyRef) != has(self.configMapKeyRef)",
        message = "set exactly one of secretKeyRef and configMapKeyRef")
public record CertificateAuthoritySource(
        @JsonPropertyDescription("A key of a Secret in the namespace of this resource.") @Nullable
        KeyReference secretKeyRef,

        @JsonPropertyDescription("A key of a ConfigMap in the namespace of this resource.") @Nullable
        KeyReference configMapKeyRef) {}
