package dev.matview.operator.api;

import io.fabric8.kubernetes.api.model.IntOrString;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A spec and a status in which every field is set. */
public final class ResourceExamples {
    private static final Instant TIME = Instant.parse("2026-11-21T10:00:00Z");

    private ResourceExamples() {}

    public static MaterializedViewRefreshSpec fullSpec() {
        var ca = new CertificateAuthoritySource(null, new KeyReference("bundle", "ca.crt"));
        return new MaterializedViewRefreshSpec(
                new DatabaseSpec(
                        new SecretReference("db"),
                        "db-rw",
                        5433,
                        "app",
                        new TlsSpec(TlsMode.VERIFY_CA, ca, new SecretReference("client"))),
                new ViewSpec(
                        "reports",
                        "Total per \"Group\"",
                        "SELECT 1 AS \"a\"\n",
                        List.of(new IndexSpec(List.of("a"), true))),
                OnMissing.CREATE,
                OnDrift.RECREATE,
                RefreshMode.BLUE_GREEN,
                new BlueGreenSpec(true),
                List.of("0 * * * *", "@daily"),
                true,
                "Europe/Berlin",
                600L,
                UpstreamPolicy.FOLLOW,
                true,
                new TimeoutsSpec("1s", "2h"),
                Map.of("work_mem", "64MB", "jit", "off"),
                hooks(),
                Execution.CRON_JOB,
                new CronJobSpec(
                        new ResourcesSpec(
                                new ResourceAmounts(new IntOrString("50m"), new IntOrString("64Mi")),
                                new ResourceAmounts(new IntOrString(1), new IntOrString("128Mi"))),
                        900L),
                new SkipIfUnchangedSpec("24h"),
                new FreshnessSpec("90m"),
                new RetrySpec(3L, "1s", "2m"),
                4,
                null);
    }

    private static AfterRefreshSpec hooks() {
        var key = new KeyReference("cache", "password");
        var ca = new CertificateAuthoritySource(new KeyReference("cache", "ca.crt"), null);
        return new AfterRefreshSpec(
                Maintenance.ALWAYS,
                Maintenance.NEVER,
                new NotifySpec("news", Occasion.ALWAYS),
                new RedisSpec(
                        null,
                        "cache",
                        6380,
                        3,
                        false,
                        "app",
                        key,
                        ca,
                        List.of("totals"),
                        List.of("totals:*"),
                        Occasion.FAILURE),
                new WebhookSpec("https://hooks/a", null, key, ca, Occasion.SUCCESS));
    }

    public static MaterializedViewRefreshStatus fullStatus() {
        var record = record("Succeeded", null, null);
        return new MaterializedViewRefreshStatus(
                3L,
                "Succeeded",
                TIME,
                TIME,
                TIME,
                TIME.plusNanos(123_456_789),
                TIME,
                2L,
                4_000_000_000L,
                0L,
                "token",
                "0 * * * * (Etc/UTC)",
                TIME,
                record,
                List.of("8f5b6e0a-0000-4000-8000-000000000000"),
                new ViewStatus(
                        true,
                        true,
                        5_000_000_000L,
                        6_000_000_000L,
                        "6 GB",
                        "app",
                        "totals_key",
                        "1/app/a/b",
                        "0a1b2c3d4e5f6071",
                        List.of(new UpstreamStatus("a", "base", true, "base", TIME)),
                        List.of(new ViewWarning("CannotSkip", "It uses now."))),
                List.of(record, record("Failed", "ViewMissing", "There is no view public.totals.")),
                List.of(
                        new Condition("Ready", "True", 3L, TIME, "Succeeded", "The view is refreshed."),
                        new Condition("Fresh", "True", 3L, TIME, "Fresh", "The view is fresh.")));
    }

    private static RefreshRecord record(String status, @Nullable String reason, @Nullable String message) {
        return new RefreshRecord(
                status,
                "Schedule",
                TIME,
                "token",
                "Concurrent",
                "totals-1a2b3c4d-29400000",
                TIME,
                TIME.plusMillis(1),
                "1ms",
                10L,
                8192L,
                2L,
                "1.5s",
                reason,
                message,
                "42P01",
                "1|2026-01-01T00:00:00Z|a|b|1/2/3|0:9:7|8");
    }
}
