package dev.matview.operator.hook;

import dev.matview.operator.net.Password;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * By which a receiver knows that an event comes from who has the key, and when: HMAC-SHA-256 (RFC 2104) of the time, a
 * full stop and the body. The time is that of the try, so that an old request that is sent again can be told.
 */
final class Signature {
    static final String HEADER = "X-Matview-Signature";

    /** Seconds since 1970-01-01T00:00:00Z. */
    static final String TIMESTAMP = "X-Matview-Timestamp";

    private Signature() {}

    static String of(Password key, String time, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.value().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((time + ".").getBytes(StandardCharsets.US_ASCII));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has HMAC-SHA-256", e);
        }
    }
}
