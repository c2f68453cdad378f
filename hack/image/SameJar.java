import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** Copies a jar with its entries in the order of their names and all of one time: {@code SameJar FROM TO EPOCH-SECONDS}. */
final class SameJar {
    private SameJar() {}

    public static void main(String... arguments) throws IOException {
        Instant time = Instant.ofEpochSecond(Long.parseLong(arguments[2]));
        try (ZipFile from = new ZipFile(arguments[0]);
                ZipOutputStream to =
                        new ZipOutputStream(new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[1]))))) {
            for (ZipEntry entry : inOrder(from)) {
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTimeLocal(LocalDateTime.ofInstant(time, ZoneOffset.UTC));
                to.putNextEntry(copy);
                from.getInputStream(entry).transferTo(to);
                to.closeEntry();
            }
        }
    }

    /** Readers of jars expect the manifest before everything else. */
    private static List<? extends ZipEntry> inOrder(ZipFile jar) {
        return jar.stream()
                .filter(entry -> !entry.getName().startsWith("META-INF/maven/dev.matview/")) // holds the build's time
                .sorted(Comparator.comparing((ZipEntry entry) -> !entry.getName().equals("META-INF/"))
                        .thenComparing(entry -> !entry.getName().equals(JarFile.MANIFEST_NAME))
                        .thenComparing(ZipEntry::getName))
                .toList();
    }
}
