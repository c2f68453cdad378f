package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.answered;
import static dev.matview.operator.it.StatusIs.failing;
import static dev.matview.operator.it.StatusIs.message;
import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What does not work is said with its fix, and goes on by itself when the fix has come. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class FailureIT {
    private final Scene scene;

    FailureIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aViewThatIsMissingIsFoundWhenItComes() throws SQLException {
        var resource = scene.create("monthly", "schedules: ['0 3 1 1 *']");
        var status = resource.await("stalled", stalled("ViewMissing"));
        assertThat(message(status)).contains("\"public\".\"monthly\"").contains("create it, or correct spec.view");
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.nextRefreshTime()).isNull();
        assertThat(resource.awaitEvent("ViewMissing").getType()).isEqualTo("Warning");
        scene.createView("monthly");
        status = resource.await("goes on by itself", ready());
        assertThat(status.nextRefreshTime()).isNotNull();
    }

    @Test
    void aRequestForAViewThatIsMissingIsAnsweredByAFailure() {
        var resource = scene.create("monthly", "");
        resource.await("stalled", stalled("ViewMissing"));
        resource.request("now");
        var status = resource.await("answered", answered("now").and(stalled("ViewMissing")));
        assertThat(status.history()).singleElement().satisfies(run -> {
            assertThat(run.status()).isEqualTo("Failed");
            assertThat(run.reason()).isEqualTo("ViewMissing");
        });
    }

    @Test
    void theViewsOfADifferentSpellingAreOffered() throws SQLException {
        scene.createView("\"Totals\"");
        var resource = scene.create("totals", "");
        assertThat(message(resource.await("stalled", stalled("ViewMissing"))))
                .contains("did you mean public.\"Totals\"?");
        resource.edit(Map.of("view", Map.of("name", "Totals")));
        resource.await("valid", ready());
    }

    @Test
    void aTableIsNoMaterializedView() throws SQLException {
        scene.database().execute("CREATE TABLE members (id int PRIMARY KEY)", "CREATE VIEW plain AS SELECT 1 AS id");
        var table = scene.create("members", "").await("stalled", stalled("NotAMaterializedView"));
        assertThat(message(table)).contains("is a table").contains("spec.view");
        var plain = scene.create("plain", "").await("stalled", stalled("NotAMaterializedView"));
        assertThat(message(plain)).contains("is a plain view");
    }

    @Test
    void aConcurrentRefreshWithoutAUniqueIndexNamesBothWaysOut() throws SQLException {
        scene.database().execute("CREATE MATERIALIZED VIEW totals AS SELECT 1 AS id");
        var resource = scene.create("totals", "");
        var status = resource.await("stalled", stalled("NoUniqueIndex"));
        assertThat(message(status)).contains("CREATE UNIQUE INDEX ON").contains("spec.mode to Standard");
        scene.database().execute("CREATE UNIQUE INDEX ON totals (id)");
        resource.await("goes on by itself", ready());
    }

    @Test
    void someoneElsesViewIsNotRefreshed() throws SQLException {
        scene.database()
                .executeAsSuperuser(
                        "CREATE MATERIALIZED VIEW public.foreign_totals AS SELECT 1 AS id",
                        "CREATE UNIQUE INDEX ON public.foreign_totals (id)");
        var resource = scene.create("foreign_totals", "");
        var status = resource.await("stalled", stalled("PermissionDenied"));
        assertThat(message(status)).contains("GRANT").contains("MAINTAIN");
        scene.database()
                .executeAsSuperuser("GRANT MAINTAIN ON public.foreign_totals TO "
                        + scene.database().user());
        resource.await("goes on by itself", ready());
        resource.request("by a maintainer");
        resource.await("refreshed", answered("by a maintainer").and(ready("Succeeded")));
    }

    @Test
    void aSecretThatIsMissingIsFoundWhenItComes() throws SQLException {
        scene.createView("totals");
        var resource = scene.create(
                "totals", "database: {secretRef: {name: " + scene.named("later") + "}, tls: {mode: Require}}");
        var status = resource.await("stalled", stalled("SecretMissing"));
        assertThat(message(status)).contains("\"" + scene.named("later") + "\"").contains("create it");
        scene.createSecret(
                scene.namespace(),
                scene.named("later"),
                scene.login("localhost", scene.database().password()));
        resource.await("goes on by itself", ready());
    }

    @Test
    void aKeyThatIsMissingIsNamed() throws SQLException {
        scene.createView("totals");
        var login = new HashMap<>(scene.login("localhost", "not needed"));
        login.remove("password");
        scene.createSecret(scene.namespace(), scene.named("short"), login);
        var resource = scene.create("totals", "database: {secretRef: {name: " + scene.named("short") + "}}");
        assertThat(message(resource.await("stalled", stalled("SecretInvalid"))))
                .contains(scene.named("short"))
                .contains("key password");
        var authority = scene.create(
                scene.namespace(),
                "authority",
                "totals",
                "database: {secretRef: {name: " + scene.secret() + "}, tls: {ca: {secretKeyRef: {name: "
                        + scene.authority() + ", key: other.crt}}}}");
        assertThat(message(authority.await("stalled", stalled("SecretMissing"))))
                .contains("no key \"other.crt\"");
    }

    @Test
    void aSecretThatIsDeletedWhileInUseStopsTheNextRun() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "");
        resource.request("before");
        resource.await("refreshed", answered("before"));
        scene.client()
                .secrets()
                .inNamespace(scene.namespace())
                .withName(scene.secret())
                .delete();
        resource.request("without");
        var status = resource.await("answered", answered("without").and(stalled("SecretMissing")));
        assertThat(status.history()).hasSize(2);
        scene.createSecret(
                scene.namespace(),
                scene.secret(),
                scene.login("localhost", scene.database().password()));
        resource.await("goes on by itself", s -> s.condition("Stalled") == null);
        resource.request("after");
        resource.await("refreshed", answered("after").and(ready("Succeeded")));
    }

    @Test
    void aWrongPasswordIsHealedByItsRotation() throws SQLException {
        scene.createView("totals");
        scene.keepSecret("wrong-and-still-secret");
        setPassword("wrong-and-still-secret");
        var resource = scene.create("totals", "immediate: true");
        var status = resource.await("stalled", stalled("AuthenticationFailed"));
        assertThat(message(status))
                .contains("password in the Secret")
                .contains(scene.database().user());
        setPassword(scene.database().password());
        status = resource.await("recovers by itself", ready("Succeeded"));
        assertThat(status.lastRefreshStatus()).isEqualTo("Succeeded");
    }

    @Test
    void aPasswordThatIsRotatedOnTheServerAndInTheSecretWorksOn() throws SQLException {
        scene.createView("totals");
        var resource = scene.create("totals", "");
        resource.request("before");
        resource.await("refreshed", answered("before"));
        scene.keepSecret("rotated-and-still-secret");
        setPassword("rotated-and-still-secret");
        resource.request("between");
        resource.await(
                "not yet",
                s -> s.history().size() == 2
                        && Objects.equals(s.history().getFirst().reason(), "CredentialsRotating"));
        scene.database()
                .executeAsSuperuser("ALTER ROLE " + scene.database().user() + " PASSWORD 'rotated-and-still-secret'");
        var status = resource.await("answered", answered("between").and(ready("Succeeded")));
        assertThat(status.history()).hasSize(2).first().satisfies(run -> {
            assertThat(run.status()).isEqualTo("Succeeded");
            assertThat(run.attempts()).isGreaterThan(1);
        });
    }

    @Test
    void duplicateRowsFailTheRunAndNameTheIndexAndNoRow() throws SQLException {
        scene.database()
                .execute(
                        "CREATE TABLE people (id int, name text)",
                        "INSERT INTO people VALUES (1, 'row-data-of-somebody')",
                        "CREATE MATERIALIZED VIEW totals AS SELECT * FROM people",
                        "CREATE UNIQUE INDEX totals_key ON totals (name)");
        scene.keepSecret("row-data-of-somebody");
        var resource = scene.create("totals", "");
        resource.await("validated", ready());
        scene.database().execute("INSERT INTO people VALUES (2, 'row-data-of-somebody')");
        resource.request("twice");
        var status = resource.await("failed", answered("twice").and(failing("DuplicateRows")));
        assertThat(Objects.requireNonNull(status.lastRefresh()).sqlState()).isIn("21000", "23505");
        assertThat(message(status)).contains("totals");
        assertThat(status.consecutiveFailures()).isEqualTo(1);
        scene.database().execute("DELETE FROM people WHERE id = 2");
        resource.request("again");
        status = resource.await("succeeded", answered("again").and(ready("Succeeded")));
        assertThat(status.consecutiveFailures()).isZero();
    }

    private void setPassword(String password) {
        scene.client()
                .secrets()
                .inNamespace(scene.namespace())
                .withName(scene.secret())
                .edit(s -> new SecretBuilder(s)
                        .addToStringData("password", password)
                        .build());
    }
}
