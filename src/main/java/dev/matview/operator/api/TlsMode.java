package dev.matview.operator.api;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * How the connection to the database is secured, from nothing to everything: a later constant is stronger than an
 * earlier one. The equivalents of libpq's {@code sslmode} (PostgreSQL manual, section 34.19.1).
 */
public enum TlsMode {
    /** No TLS: password and data can be read on the way. */
    @JsonProperty("Disable")
    DISABLE,
    /** TLS without a check of who answers; with a {@code ca} it is the same as VerifyCA, as in libpq. */
    @JsonProperty("Require")
    REQUIRE,
    /** TLS, and the server's certificate is issued by a trusted authority. */
    @JsonProperty("VerifyCA")
    VERIFY_CA,
    /** As VerifyCA, and the certificate names the host that was asked for. */
    @JsonProperty("VerifyFull")
    VERIFY_FULL
}
