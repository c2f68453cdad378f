package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.TlsMode;
import dev.matview.operator.command.DiscoverOptions.Output;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscoverOptionsTest {
    @Test
    void withoutOptionsItIsAsStrictAsTheOperatorAndPrintsATable() throws UsageException {
        assertThat(DiscoverOptions.parse())
                .isEqualTo(new DiscoverOptions(
                        null, false, TlsMode.VERIFY_FULL, null, null, null, null, null, Output.TABLE, null));
    }

    @Test
    void everyOptionIsTaken() throws UsageException {
        DiscoverOptions options = DiscoverOptions.parse(
                "--secret-dir=/s",
                "--allow-loopback",
                "--tls-mode=VerifyCA",
                "--tls-ca=/ca",
                "--tls-client-dir=/client",
                "--host=db",
                "--port=5433",
                "--database=app",
                "--manifests",
                "--secret=login",
                "--ca-secret=authority/root.pem",
                "--client-secret=client",
                "-n",
                "analytics",
                "--schedule",
                "0 * * * *",
                "--schedule=@daily",
                "--time-zone=Europe/Berlin");
        assertThat(options)
                .isEqualTo(new DiscoverOptions(
                        Path.of("/s"),
                        true,
                        TlsMode.VERIFY_CA,
                        Path.of("/ca"),
                        Path.of("/client"),
                        "db",
                        5433,
                        "app",
                        Output.TABLE,
                        new ManifestOptions(
                                "login",
                                new KeyReference("authority", "root.pem"),
                                "client",
                                "analytics",
                                List.of("0 * * * *", "@daily"),
                                "Europe/Berlin")));
        assertThat(DiscoverOptions.parse("-o", "json").output()).isEqualTo(Output.JSON);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --output=xml                                      | one of json, table, yaml
                    --tls-mode=verify-full                            | one of Disable, Require, VerifyCA, VerifyFull
                    --port=0                                          | from 1 to 65535
                    --manifests                                       | needs --secret
                    --manifests --secret=My_Secret                    | not a name that Kubernetes takes
                    --manifests --secret=s --output=json              | always YAML
                    --manifests --secret=s --tls-ca=f                 | needs --ca-secret
                    --manifests --secret=s --tls-client-dir=d         | needs --client-secret
                    --manifests --secret=s --ca-secret=s/             | NAME/KEY
                    --manifests --secret=s --schedule=@never          | "@never"
                    --manifests --secret=s --time-zone=Berlin         | "Berlin"
                    --schedule=@hourly                                | --schedule belongs to --manifests
                    """)
    void whatContradictsIsRefusedWithTheFix(String line, String message) {
        assertThatExceptionOfType(UsageException.class)
                .isThrownBy(() -> DiscoverOptions.parse(line.split(" ", -1)))
                .withMessageContaining(message);
    }

    @Test
    void helpNamesEveryOption() throws UsageException {
        var named = Pattern.compile("--[a-z-]+")
                .matcher(DiscoverOptions.HELP)
                .results()
                .map(r -> r.group());
        assertThat(named).isNotEmpty().allSatisfy(option -> {
            try {
                DiscoverOptions.parse(option);
            } catch (UsageException e) {
                assertThat(e.getMessage()).doesNotContain("there is no option");
            }
        });
        assertThat(DiscoverOptions.HELP.lines()).allMatch(line -> line.length() <= 120);
    }
}
