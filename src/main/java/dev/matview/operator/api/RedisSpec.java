package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of a Redis server that are deleted, such as what a cache made from the view before. */
@ValidationRule(
        value = "has(self.urlFrom) != has(self.host)",
        message = "set exactly one of urlFrom (a whole URL in a Secret) and host")
@ValidationRule(
        value = "has(self.host) || !(has(self.port) || has(self.database) || has(self.tls) || has(self.username))",
        message = "port, database, tls and username go with host: with urlFrom, the URL has them",
        fieldPath = ".urlFrom")
@ValidationRule(
        value = "(has(self.keys) && size(self.keys) > 0) || (has(self.patterns) && size(self.patterns) > 0)",
        message = "name what is deleted: keys, patterns or both")
public record RedisSpec(
        @JsonPropertyDescription("""
                The key of a Secret that holds the server's URL: redis://user:password@host:port/database, or rediss:// \
                for TLS, which is verified. Special characters of user and password are percent-encoded.""") @Nullable KeyReference urlFrom,

        @Size(min = 1, max = 253)
        @Pattern(SpecRules.HOST)
        @JsonPropertyDescription("Host name or address of the server, in place of a URL.")
        @Nullable
        String host,

        @Min(1) @Max(65535) @JsonPropertyDescription("Port of that host; absent: 6379.") @Nullable
        Integer port,

        @Min(0) @Max(1023) @JsonPropertyDescription("Number of the database on that host; absent: 0.") @Nullable
        Integer database,

        @JsonPropertyDescription("Whether that host is spoken to by TLS, which is verified; absent: true.") @Nullable
        Boolean tls,

        @Size(min = 1, max = 128)
        @JsonPropertyDescription("Name of the user on that host; absent: the server's default user.")
        @Nullable
        String username,

        @JsonPropertyDescription("The key of a Secret that holds the password, where the URL has none.") @Nullable
        KeyReference passwordFrom,

        @JsonPropertyDescription("""
                The certificates (PEM) of the authorities that may issue the server's certificate. Without it, those \
                that the Java runtime trusts.""") @Nullable CertificateAuthoritySource ca,

        @Size(max = 64)
        @JsonInclude(JsonInclude.Include.NON_EMPTY)
        @JsonPropertyDescription("Names of keys that are deleted (UNLINK).")
        List<@Size(min = 1, max = 512) String> keys,

        @Size(max = 16) @JsonInclude(JsonInclude.Include.NON_EMPTY) @JsonPropertyDescription("""
                Patterns of keys that are deleted, as Redis writes them, such as totals:*. They are found by SCAN, some \
                hundred at a time, for at most 15 s and 1,000,000 keys after each run.""")
        List<@Size(min = 1, max = 512) String> patterns,

        @Default("Success") @JsonPropertyDescription("""
                After which runs: Success, Failure or Always. A run that was skipped is none of them.""") Occasion when) {

    @SuppressWarnings("ConstantValue")
    public RedisSpec {
        keys = keys == null ? List.of() : List.copyOf(keys);
        patterns = patterns == null ? List.of() : List.copyOf(patterns);
        when = when == null ? Occasion.SUCCESS : when;
    }
}
