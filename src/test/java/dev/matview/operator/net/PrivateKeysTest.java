package dev.matview.operator.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys as OpenSSL writes them in each of their forms. */
class PrivateKeysTest {
    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "BEGIN PRIVATE KEY, RSA, openssl genpkey -quiet -algorithm RSA -out key",
        "BEGIN PRIVATE KEY, EC, openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key",
        "BEGIN PRIVATE KEY, EdDSA, openssl genpkey -quiet -algorithm ed25519 -out key",
        "BEGIN RSA PRIVATE KEY, RSA, openssl genrsa -traditional -out key 2048",
        "BEGIN EC PRIVATE KEY, EC, openssl ecparam -genkey -noout -name prime256v1 -out key",
        "BEGIN EC PRIVATE KEY, EC, openssl ecparam -genkey -name secp384r1 -out key",
    })
    void readsEachFormOfAnUnencryptedKey(String header, String algorithm, String command) throws Exception {
        String pem = write(command);
        assertThat(pem).contains(header);
        PrivateKey key = PrivateKeys.read(pem);
        assertThat(key.getAlgorithm()).isEqualTo(algorithm);
        assertThat(secretOf(key)).isEqualTo(secretOf(pkcs8OfOpenSsl(algorithm)));
    }

    @Test
    void refusesWhatIsNoKey() {
        assertThatThrownBy(() -> PrivateKeys.read("hello")).isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> PrivateKeys.read("-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----"))
                .isInstanceOf(GeneralSecurityException.class);
        assertThatThrownBy(() -> PrivateKeys.read("-----BEGIN PRIVATE KEY-----\n????\n-----END PRIVATE KEY-----"))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void refusesAnEncryptedKey() throws Exception {
        String pem = write("openssl genrsa -aes128 -passout pass:secret -out key 2048");
        assertThatThrownBy(() -> PrivateKeys.read(pem)).isInstanceOf(GeneralSecurityException.class);
    }

    private String write(String command) throws IOException, InterruptedException {
        run(command);
        return Files.readString(folder.resolve("key"));
    }

    private PrivateKey pkcs8OfOpenSsl(String algorithm) throws Exception {
        run("openssl pkcs8 -topk8 -nocrypt -outform DER -in key -out key.der");
        var encoded = new PKCS8EncodedKeySpec(Files.readAllBytes(folder.resolve("key.der")));
        return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
    }

    private static Object secretOf(PrivateKey key) {
        return switch (key) {
            case RSAPrivateKey rsa -> rsa.getPrivateExponent();
            case ECPrivateKey ec -> List.of(ec.getS(), ec.getParams().getCurve());
            default -> List.of(key.getEncoded()[key.getEncoded().length - 1], key.getEncoded().length);
        };
    }

    private void run(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command.split(" ", -1))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command).isZero();
    }
}
