package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentsTest {
    @Test
    void optionsAreReadInEveryForm() throws UsageException {
        Arguments arguments = parse("--flag", "--value", "a b", "--list=x=y", "--list", "--flag");
        assertThat(arguments.has("--flag")).isTrue();
        assertThat(arguments.one("--value")).isEqualTo("a b");
        assertThat(arguments.all("--list")).containsExactly("x=y", "--flag");
        assertThat(arguments.one("--other")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://app:sesame@db/app",
                "--value=a postgresql://app:sesame@db/app",
                "--sesame@db",
                "--Sesame1=x",
                "-sesame:x"
            })
    void whatIsNotUnderstoodIsNotShownAsItMayBeAPassword(String line) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(line.split(" ", -1)))
                .withMessageContaining("not shown")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContainIgnoringCase("sesame"));
    }

    @Test
    void anUnknownOptionIsNamed() {
        assertRefused("there is no option --valeu", "--valeu=sesame");
        assertRefused("--flag, or it takes no value", "--flag=true");
        assertRefused("-x", "-x");
    }

    @Test
    void aMissingEmptyOrSecondValueIsRefused() throws UsageException {
        assertRefused("option --value needs a value", "--value");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse("--value=").one("--value"))
                .withMessageContaining("--value is empty");
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse("--value=a", "--value=b").one("--value"))
                .withMessageContaining("--value is given more than once");
    }

    private static void assertRefused(String message, String... line) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> parse(line))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("sesame"));
    }

    private static Arguments parse(String... line) throws UsageException {
        return Arguments.parse(line, Set.of("--flag"), Set.of("--value", "--list"), Map.of("-v", "--value"));
    }
}
