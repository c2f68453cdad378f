import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.fingerprint.Reading;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Arrays;
import java.util.Properties;

/** How long one look at everything that a view depends on takes: Skip URL USER PASSWORD LOOKS VIEW... */
class Skip {
    public static void main(String[] arguments) throws Exception {
        var properties = new Properties();
        properties.setProperty("user", arguments[1]);
        properties.setProperty("password", arguments[2]);
        properties.setProperty("prepareThreshold", "0"); // as the operator
        int looks = Integer.parseInt(arguments[3]);
        try (var connection = DriverManager.getConnection(arguments[0], properties)) {
            for (String view : Arrays.asList(arguments).subList(4, arguments.length)) {
                var facts = Catalog.inspect(connection, new ViewName("public", view), "server");
                for (int i = 0; i < looks / 4 + 20; i++) {
                    look(connection, facts);
                }
                var millis = new double[looks];
                for (int i = 0; i < looks; i++) {
                    long start = System.nanoTime();
                    look(connection, facts);
                    millis[i] = (System.nanoTime() - start) / 1e6;
                }
                Arrays.sort(millis);
                double p95 = millis[(int) Math.ceil(looks * 0.95) - 1];
                System.out.printf("%s %.1f %.1f%n", view, millis[looks / 2], p95);
            }
        }
    }

    private static void look(Connection connection, ViewFacts facts) {
        if (!(Reading.read(connection, facts, null, null) instanceof Reading.Known)) {
            throw new IllegalStateException("not eligible");
        }
    }
}
