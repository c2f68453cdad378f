package dev.matview.operator.it;

import static dev.matview.operator.it.StatusIs.ready;
import static dev.matview.operator.it.StatusIs.stalled;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.luaj.vm2.LuaTable;
import org.luaj.vm2.LuaValue;
import org.luaj.vm2.lib.jse.JsePlatform;

/** deploy/argocd/health.lua, as Argo CD runs it: on the resource as the API server has it, in the global obj. */
@ExtendWith(SceneExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class ArgoHealthIT {
    private final Scene scene;

    ArgoHealthIT(Scene scene) {
        this.scene = scene;
    }

    @Test
    void aViewThatWasRefreshedIsHealthyUntilItsSpecChanges() throws SQLException, IOException {
        scene.createView("totals");
        var resource = scene.create("totals", "immediate: true");
        var message = StatusIs.message(resource.await("refreshed", ready("Succeeded")));
        var refreshed = stored(resource);
        assertThat(health(refreshed)).isEqualTo(new Health("Healthy", message));

        refreshed.getMetadata().setGeneration(2L);
        assertThat(health(refreshed).status()).isEqualTo("Progressing");
    }

    @Test
    void aViewThatIsMissingIsDegradedWithWhatToDo() throws IOException {
        var resource = scene.create("totals", "");
        resource.await("stalled", stalled("ViewMissing"));
        var health = health(stored(resource));
        assertThat(health.status()).isEqualTo("Degraded");
        assertThat(health.message()).contains("\"public\".\"totals\"").contains("create it");
    }

    @Test
    void aSuspendedResourceIsSuspendedThoughItsViewIsMissing() throws IOException {
        var resource = scene.create("totals", "suspend: true");
        resource.await("stalled", stalled("ViewMissing"));
        assertThat(health(stored(resource)).status()).isEqualTo("Suspended");
    }

    @Test
    void whatIsBeingCheckedIsProgressing() throws SQLException, IOException {
        scene.createView("totals");
        var resource = scene.create("totals", "");
        resource.await("valid", ready());
        var object = stored(resource);
        Map<String, Object> ready = object.get("status", "conditions", 0);
        ready.put("status", "Unknown");
        assertThat(health(object).status()).isEqualTo("Progressing");
        object.<Map<String, Object>>get("status").remove("conditions");
        assertThat(health(object).status()).isEqualTo("Progressing");
        object.getAdditionalProperties().remove("status");
        assertThat(health(object)).isEqualTo(new Health("Progressing", "the operator has not looked at this yet"));
    }

    private record Health(String status, String message) {}

    private static Health health(GenericKubernetesResource resource) throws IOException {
        var lua = JsePlatform.standardGlobals();
        Map<?, ?> fields = Serialization.unmarshal(Serialization.asJson(resource), Map.class);
        lua.set("obj", value(fields));
        LuaValue result = lua.load(Files.readString(Path.of("deploy", "argocd", "health.lua")))
                .call();
        return new Health(
                result.get("status").checkjstring(), result.get("message").checkjstring());
    }

    private GenericKubernetesResource stored(RefreshResource resource) {
        return scene.client()
                .genericKubernetesResources("matview.dev/v1alpha1", "MaterializedViewRefresh")
                .inNamespace(resource.namespace())
                .withName(resource.name())
                .get();
    }

    private static LuaValue value(@Nullable Object json) {
        return switch (json) {
            case null -> LuaValue.NIL;
            case Boolean truth -> LuaValue.valueOf(truth);
            case Number number -> LuaValue.valueOf(number.doubleValue());
            case Map<?, ?> fields -> {
                var table = new LuaTable();
                fields.forEach((name, value) -> table.set(String.valueOf(name), value(value)));
                yield table;
            }
            case List<?> items -> {
                var table = new LuaTable();
                items.forEach(item -> table.set(table.length() + 1, value(item)));
                yield table;
            }
            default -> LuaValue.valueOf(json.toString());
        };
    }
}
