package dev.matview.operator.controller;

import dev.matview.operator.api.KeyReference;
import dev.matview.operator.api.RedisSpec;
import dev.matview.operator.api.WebhookSpec;
import dev.matview.operator.hook.HookFailedException;
import dev.matview.operator.hook.Peer;
import dev.matview.operator.hook.RedisKeys;
import dev.matview.operator.hook.TargetUrl;
import dev.matview.operator.hook.Webhook;
import dev.matview.operator.net.Password;
import dev.matview.operator.postgres.FailureException;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the hooks of a resource talk to, by its spec and the Secrets that this names, which are read each time anew.
 *
 * @param namespace of the resource
 */
record HookTargets(KubernetesClient client, String namespace) {
    private static final int REDIS_PORT = 6379;

    /** @throws HookFailedException when the URL can't be used; a FailureException when a Secret lacks something */
    RedisKeys redis(RedisSpec spec) throws FailureException, HookFailedException {
        var objects = new NamedObjects(client, namespace, "spec.afterRefresh.redis");
        String authorities = objects.authorities(spec.ca());
        Password password = password(objects, spec.passwordFrom());
        if (spec.urlFrom() == null) {
            boolean tls = spec.tls() == null || spec.tls();
            var peer = new Peer(
                    Objects.requireNonNull(spec.host()),
                    spec.port() == null ? REDIS_PORT : spec.port(),
                    tls,
                    authorities);
            int database = spec.database() == null ? 0 : spec.database();
            return new RedisKeys(peer, database, spec.username(), password, spec.keys(), spec.patterns());
        }
        TargetUrl url = TargetUrl.redis(objects.value(spec.urlFrom()), named(spec.urlFrom()));
        return new RedisKeys(
                url.peer(authorities),
                url.database(),
                url.user(),
                password == null ? url.password() : password,
                spec.keys(),
                spec.patterns());
    }

    /** @throws HookFailedException when the URL can't be used; a FailureException when a Secret lacks something */
    Webhook webhook(WebhookSpec spec) throws FailureException, HookFailedException {
        var objects = new NamedObjects(client, namespace, "spec.afterRefresh.webhook");
        KeyReference from = spec.urlFrom();
        TargetUrl url = from == null
                ? TargetUrl.http(Objects.requireNonNull(spec.url()), "spec.afterRefresh.webhook.url")
                : TargetUrl.http(objects.value(from), named(from));
        Password key = password(objects, spec.signingKeyFrom());
        if (key != null && key.value().isEmpty()) {
            throw new HookFailedException(
                    named(Objects.requireNonNull(spec.signingKeyFrom())) + " is empty: put a signing key there");
        }
        return new Webhook(url.peer(objects.authorities(spec.ca())), url.path(), key);
    }

    private static @Nullable Password password(NamedObjects objects, @Nullable KeyReference from)
            throws FailureException {
        return from == null ? null : new Password(objects.value(from));
    }

    private static String named(KeyReference from) {
        return "key \"" + from.key() + "\" of Secret \"" + from.name() + "\"";
    }
}
