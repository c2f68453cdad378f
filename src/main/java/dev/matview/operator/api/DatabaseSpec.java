package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/** The database, and the Secret with what it takes to log in. */
@ValidationRule(
        value = "!has(self.name) || " + SpecRules.NAME_BYTES,
        message = SpecRules.BYTES_MESSAGE,
        fieldPath = ".name")
public record DatabaseSpec(
        @JsonProperty(required = true) @Required @JsonPropertyDescription("""
                The Secret that the connection is made from, read each time that a connection is opened. Its keys are \
                those that PostgreSQL operators write: uri or jdbc-uri, else host, port, dbname or database, user or \
                username, and password.""")
        SecretReference secretRef,

        @Size(min = 1, max = 1024) @Pattern("^[^\\s/?#@'\"]+$") @JsonPropertyDescription("""
                Host name or address of the server, where the Secret names none; several are separated by commas, and \
                the primary among them is used. A value that differs from the Secret's is refused, unless the Secret is \
                annotated matview.dev/allow-override: "true".""") @Nullable
        String host,

        @Min(1)
        @Max(65535)
        @JsonPropertyDescription(
                "Port of the server, where the Secret names none. Neither: 5432. Differing from the Secret's: as for host.")
        @Nullable
        Integer port,

        @Size(min = 1, max = 63)
        @Pattern(SpecRules.IDENTIFIER)
        @JsonPropertyDescription(
                "Name of the database, where the Secret names none. Differing from the Secret's: as for host.")
        @Nullable
        String name,

        @Default("{}") @JsonPropertyDescription("How the connection is secured.")
        TlsSpec tls) {

    @SuppressWarnings("ConstantValue")
    public DatabaseSpec {
        tls = tls == null ? TlsSpec.VERIFY_FULL : tls;
    }
}
