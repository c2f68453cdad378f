package dev.matview.operator.hook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.net.Password;
import org.junit.jupiter.api.Test;

class SignatureTest {
    @Test
    void itIsWhatOpensslMakesOfTimeAndBody() {
        String body = "{\"specversion\":\"1.0\",\"subject\":\"public.größe\"}";
        assertThat(Signature.of(new Password("It is a key"), "1795255200", body))
                .isEqualTo("sha256=f621a8f832b9637a6dd5bc6a195fb9120104e3647c8e56d022abfb4f9bd4c99a");
    }
}
