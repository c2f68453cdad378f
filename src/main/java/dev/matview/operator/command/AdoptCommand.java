package dev.matview.operator.command;

import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.replacement.AdoptionScript;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The command {@code adopt}: the SQL that turns a view into what mode BlueGreen works on. It runs none of it. */
public final class AdoptCommand {
    /** What the command is called by. */
    public static final String NAME = "adopt";

    private static final String HELP = """
            Usage: adopt --print --view NAME [--schema NAME] [options]
            Prints the SQL by which mode BlueGreen turns a materialized view into a plain view on two, once, when
            spec.blueGreen.adopt is true. Parts of it are tried and undone; nothing is changed.

              --view NAME, --schema NAME
                                      the view, exactly as in the catalog; schema public
              --secret-dir, --host, --port, --database, --tls-mode, --tls-ca, --tls-client-dir, --allow-loopback
                                      where the database is, as for discover

            Exit code: 0 done, 1 the view can't be adopted or the database not be asked, 2 called in a way that is not
            understood.
            """;

    private static final Set<String> OWN = Set.of("--view", "--schema");

    private final Map<String, String> environment;
    private final PrintStream output;
    private final PrintStream errors;

    /**
     * What the command takes from its surroundings.
     *
     * @param environment as for {@link DiscoverCommand}
     * @param output where the result goes
     * @param errors where messages go; nothing secret is in them
     */
    public AdoptCommand(Map<String, String> environment, PrintStream output, PrintStream errors) {
        this.environment = Map.copyOf(environment);
        this.output = output;
        this.errors = errors;
    }

    /** Runs it to its end with the words that follow its name, and gives the exit code. */
    public int run(String... arguments) {
        if (Arrays.stream(arguments).anyMatch(a -> a.equals("--help") || a.equals("-h"))) {
            output.print(HELP);
            return DiscoverCommand.DONE;
        }
        var own = new ArrayList<String>();
        var others = new ArrayList<String>();
        split(List.of(arguments), own, others);
        try {
            Arguments view = Arguments.parse(own.toArray(String[]::new), Set.of("--print"), OWN, Map.of());
            return print(view, new Login(DiscoverOptions.parse(others.toArray(String[]::new)), environment));
        } catch (UsageException e) {
            return fail(DiscoverCommand.USAGE, e.getMessage() + "\n" + NAME + " --help tells how it is called");
        } catch (InterruptedException e) {
            return fail(DiscoverCommand.FAILED, "it was stopped");
        }
    }

    private int print(Arguments arguments, Login login) throws UsageException, InterruptedException {
        ViewName view = view(arguments.one("--schema"), arguments.one("--view"));
        if (!arguments.has("--print")) {
            throw new UsageException("it only prints: give --print. The operator adopts a view when its resource has"
                    + " spec.blueGreen.adopt: true");
        }
        try (var connections = new Connections(login.policy(), Duration.ZERO)) {
            output.print(AdoptionScript.of(connections, login.settings(), view));
            return DiscoverCommand.DONE;
        } catch (FailureException e) {
            return fail(DiscoverCommand.FAILED, login.worded(e.failure()));
        }
    }

    private static ViewName view(@Nullable String schema, @Nullable String name) throws UsageException {
        if (name == null) {
            throw new UsageException("which view? Give --view, and --schema unless that is public");
        }
        return new ViewName(schema == null ? "public" : schema, name);
    }

    /** Which words are this command's own options with their values; the others say where the database is. */
    private static void split(List<String> words, List<String> own, List<String> others) {
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            String option = word.contains("=") ? word.substring(0, word.indexOf('=')) : word;
            boolean mine = OWN.contains(option) || option.equals("--print");
            (mine ? own : others).add(word);
            if (OWN.contains(word) && i + 1 < words.size()) {
                own.add(words.get(++i));
            }
        }
    }

    private int fail(int code, String message) {
        errors.println(NAME + ": " + message);
        return code;
    }
}
