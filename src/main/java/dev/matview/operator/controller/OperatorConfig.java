package dev.matview.operator.controller;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What the one who runs the operator may set, as {@code MATVIEW_...} in the environment. */
@ConfigMapping(prefix = "matview")
public interface OperatorConfig {
    /** Whether loopback and link-local addresses may be connected to: for development alone. */
    @WithDefault("false")
    boolean allowLoopback();

    /** The hosts that may be connected to: names, {@code *.suffix} for all below one, addresses; absent: all. */
    Optional<List<String>> allowedDatabaseHosts();

    /** The hosts that hooks of resources may name, Redis servers and webhooks, written as those of databases; absent: none. */
    Optional<List<String>> allowedHookHosts();

    /** How a server may ask for the password, as libpq's {@code require_auth}; lower it for old servers only. */
    @WithDefault("scram-sha-256")
    String requireAuth();

    /** Bound on one attempt to connect. */
    @WithDefault("10s")
    Duration connectTimeout();

    /** How long connections that nobody uses stay open. */
    @WithDefault("30s")
    Duration poolIdle();

    /** So many refreshes of one database run at once. */
    @WithDefault("2")
    int refreshesPerDatabase();

    /** So many refreshes of all databases run at once. */
    @WithDefault("32")
    int refreshes();

    /**
     * The first pause before a database that could not be reached is tried again, where the resource does not say; each
     * further one is twice as long.
     */
    @WithDefault("10s")
    Duration retryBackoff();

    /** The first pause before a resource that can't work is looked at again; each further one is twice as long. */
    @WithDefault("15s")
    Duration recheckBackoff();

    /** The longest of these pauses. */
    @WithDefault("5m")
    Duration maxBackoff();

    /** How long refreshes that are under way may still take when the operator is told to stop. */
    @WithDefault("20s")
    Duration stopGrace();

    /** Whether several processes serve the same resources, of which the one that holds the lease works. */
    @WithDefault("false")
    boolean leaderElection();

    /** How much the operator's own log says: TRACE, DEBUG, INFO, WARN or ERROR; named in application.properties. */
    @WithDefault("INFO")
    String logLevel();

    /** Whether the log is JSON, an object a line; named in application.properties. */
    @WithDefault("false")
    boolean logJson();

    /** Where traces of runs are sent, as OTLP over HTTP: a collector's address such as {@code http://collector:4318}; absent: nowhere. */
    Optional<String> tracingEndpoint();

    /** Whether resources may have a definition, which is SQL that runs as the Secret's user. */
    @WithDefault("false")
    boolean definitions();

    /**
     * The path of a YAML file with the pod template of execution CronJob: a PodTemplateSpec whose container
     * {@code refresh} has the operator's image. Without it the operator keeps no CronJobs, and needs no right to them.
     */
    Optional<String> cronjobsPodTemplate();
}
