package dev.matview.operator.command;

import dev.matview.operator.api.KeyReference;
import dev.matview.operator.schedule.InvalidScheduleException;
import dev.matview.operator.schedule.Schedule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all manifests have in common, by the names that the cluster knows it by.
 *
 * @param secret the database's Secret
 * @param authority where the authorities' certificates are, or null
 * @param clientSecret the Secret with the client's certificate, or null
 * @param namespace of the resources, or null to leave it to whoever applies them
 * @param schedules none: on demand only
 */
record ManifestOptions(
        String secret,
        @Nullable KeyReference authority,
        @Nullable String clientSecret,
        @Nullable String namespace,
        List<String> schedules,
        @Nullable String timeZone) {
    private static final String OBJECT_NAME = "[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?";
    private static final int MOST_SCHEDULES = 8;

    /** Null when no manifests are asked for. */
    static @Nullable ManifestOptions of(Arguments arguments) throws UsageException {
        String secret = name(arguments, "--secret");
        KeyReference authority = authority(arguments.one("--ca-secret"));
        String client = name(arguments, "--client-secret");
        String namespace = name(arguments, "--namespace");
        List<String> schedules = arguments.all("--schedule");
        String timeZone = arguments.one("--time-zone");
        if (!arguments.has("--manifests")) {
            for (String option :
                    List.of("--secret", "--ca-secret", "--client-secret", "--namespace", "--schedule", "--time-zone")) {
                if (arguments.has(option)) {
                    throw new UsageException("option " + option + " belongs to --manifests");
                }
            }
            return null;
        } else if (arguments.has("--output")) {
            throw new UsageException("--manifests are always YAML: leave --output out");
        } else if (secret == null) {
            throw new UsageException("--manifests needs --secret: the Secret that the resources name");
        } else if (arguments.has("--tls-ca") && authority == null) {
            throw new UsageException("--manifests with --tls-ca needs --ca-secret: where the cluster has that file");
        } else if (arguments.has("--tls-client-dir") && client == null) {
            throw new UsageException("--manifests with --tls-client-dir needs --client-secret");
        }
        check(schedules, timeZone);
        return new ManifestOptions(secret, authority, client, namespace, schedules, timeZone);
    }

    private static void check(List<String> schedules, @Nullable String timeZone) throws UsageException {
        try {
            Schedule.of(schedules, timeZone == null ? "Etc/UTC" : timeZone);
        } catch (InvalidScheduleException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        if (schedules.size() > MOST_SCHEDULES) {
            throw new UsageException("a resource has at most " + MOST_SCHEDULES + " schedules");
        }
    }

    private static @Nullable KeyReference authority(@Nullable String given) throws UsageException {
        if (given == null) {
            return null;
        }
        int slash = given.indexOf('/');
        String name = slash < 0 ? given : given.substring(0, slash);
        String key = slash < 0 ? "ca.crt" : given.substring(slash + 1);
        if (!name.matches(OBJECT_NAME) || !key.matches("[-._a-zA-Z0-9]{1,253}")) {
            throw new UsageException("option --ca-secret is the name of a Secret, or NAME/KEY");
        }
        return new KeyReference(name, key);
    }

    private static @Nullable String name(Arguments arguments, String option) throws UsageException {
        String given = arguments.one(option);
        if (given != null && !given.matches(OBJECT_NAME)) {
            throw new UsageException("the value of option " + option
                    + " is not a name that Kubernetes takes: lower-case letters, digits, '-' and '.'");
        }
        return given;
    }
}
