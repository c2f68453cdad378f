package dev.matview.operator.command;

import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.matview.operator.postgres.ConnectionSettings;
import dev.matview.operator.postgres.Connections;
import dev.matview.operator.postgres.DiscoveredView;
import dev.matview.operator.postgres.Discovery;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.ViewFacts;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.postgres.replacement.AdoptionProspects;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The command {@code discover}: what materialized views a database has, and resources for them. */
public final class DiscoverCommand {
    /** What the command is called by. */
    public static final String NAME = "discover";

    /** It has printed what was asked for. */
    static final int DONE = 0;

    /** The database could not be asked. */
    static final int FAILED = 1;

    /** It was called in a way that it does not understand. */
    static final int USAGE = 2;

    private final Map<String, String> environment;
    private final PrintStream output;
    private final PrintStream errors;

    /**
     * What the command takes from its surroundings.
     *
     * @param environment with {@code DATABASE_URL}, {@code MATVIEW_ALLOW_LOOPBACK} and {@code MATVIEW_REQUIRE_AUTH}
     * @param output where the result goes
     * @param errors where messages go; nothing secret is in them
     */
    public DiscoverCommand(Map<String, String> environment, PrintStream output, PrintStream errors) {
        this.environment = Map.copyOf(environment);
        this.output = output;
        this.errors = errors;
    }

    /** Runs it to its end with the words that follow its name, and gives the exit code. */
    public int run(String... arguments) {
        if (Arrays.stream(arguments).anyMatch(a -> a.equals("--help") || a.equals("-h"))) {
            output.print(DiscoverOptions.HELP);
            return DONE;
        }
        try {
            DiscoverOptions options = DiscoverOptions.parse(arguments);
            var login = new Login(options, environment);
            try {
                return print(options, login);
            } catch (FailureException e) {
                return fail(FAILED, login.worded(e.failure()));
            }
        } catch (UsageException e) {
            return fail(USAGE, e.getMessage() + "\n" + NAME + " --help tells how it is called");
        } catch (InterruptedException e) {
            return fail(FAILED, "it was stopped");
        }
    }

    private int print(DiscoverOptions options, Login login)
            throws UsageException, FailureException, InterruptedException {
        ConnectionSettings settings = login.settings();
        List<ViewEntry> entries = find(login, settings);
        if (entries.isEmpty()) {
            errors.println("there is no materialized view in database \"" + Printable.line(settings.database()) + "\"");
        }
        var listing = new Listing(entries);
        if (options.manifests() != null) {
            output.print(new Manifests(options, options.manifests()).of(entries));
            return DONE;
        }
        switch (options.output()) {
            case TABLE -> output.print(entries.isEmpty() ? "" : listing.table());
            case YAML -> output.println(listing.text(Yaml.MAPPER));
            case JSON -> output.println(listing.text(new JsonMapper()));
        }
        return DONE;
    }

    private static List<ViewEntry> find(Login login, ConnectionSettings settings)
            throws FailureException, InterruptedException {
        try (var connections = new Connections(login.policy(), Duration.ZERO)) {
            List<DiscoveredView> views = Discovery.views(connections, settings);
            List<ViewFacts> candidates = views.stream()
                    .map(DiscoveredView::facts)
                    .filter(Recommendation::callsForBlueGreen)
                    .toList();
            Map<ViewName, Failure> objections = AdoptionProspects.objections(connections, settings, candidates);
            return views.stream()
                    .map(view -> ViewEntry.of(view, objections.get(view.name()), settings.user()))
                    .toList();
        }
    }

    private int fail(int code, String message) {
        errors.println(NAME + ": " + message);
        return code;
    }
}
