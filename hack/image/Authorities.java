import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes a trust store of the certificates in a folder: {@code Authorities FOLDER STORE}.
 *
 * <p>A JDK's own store is often the machine's, with whatever its administrator added. Run it with
 * {@code -Dkeystore.pkcs12.certProtectionAlgorithm=NONE -Dkeystore.pkcs12.macAlgorithm=NONE}: a password that everybody
 * knows protects nothing, and its salt would make each store another file.
 */
final class Authorities {
    private Authorities() {}

    public static void main(String... arguments) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        List<Path> files;
        try (Stream<Path> found = Files.list(Path.of(arguments[0]))) {
            files = found.filter(file -> file.toString().endsWith(".crt")).sorted().toList();
        }
        for (Path file : files) {
            try (InputStream pem = Files.newInputStream(file)) {
                store.setCertificateEntry(
                        file.getFileName().toString(),
                        CertificateFactory.getInstance("X.509").generateCertificate(pem));
            }
        }
        try (OutputStream to = Files.newOutputStream(Path.of(arguments[1]))) {
            store.store(to, null);
        }
    }
}
