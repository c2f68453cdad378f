package dev.matview.operator.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.matview.operator.net.Password;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetUrlTest {
    private static final String SOURCE = "key \"url\" of Secret \"hook\"";

    @Test
    void aWebhooksUrlIsTakenApart() throws HookFailedException {
        assertThat(TargetUrl.http(" https://hooks.example.com:8443/a%20b?c=d\n", SOURCE))
                .isEqualTo(new TargetUrl("hooks.example.com", 8443, true, new Password("/a%20b?c=d"), null, null));
        assertThat(TargetUrl.http("http://[fd00::7]?x", SOURCE))
                .isEqualTo(new TargetUrl("fd00::7", 80, false, new Password("/?x"), null, null));
        assertThat(TargetUrl.http("https://hooks", SOURCE).port()).isEqualTo(443);
    }

    @Test
    void aUrlOfRedisIsTakenApart() throws HookFailedException {
        TargetUrl url = TargetUrl.redis("rediss://app:p%40ss+%2F@cache.svc/7", SOURCE);
        assertThat(url)
                .isEqualTo(new TargetUrl("cache.svc", 6379, true, new Password("/7"), "app", new Password("p@ss+/")));
        assertThat(url.database()).isEqualTo(7);
        assertThat(TargetUrl.redis("redis://:secret@10.0.0.7:6380", SOURCE))
                .returns(null, TargetUrl::user)
                .returns(new Password("secret"), TargetUrl::password)
                .returns(0, TargetUrl::database)
                .returns(6380, TargetUrl::port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hooks.example.com/secret",
                "ftp://hooks/secret",
                "https:///secret",
                "https://hooks:0/secret",
                "https://hooks:70000/secret",
                "https://hooks/secret word",
                "https://hooks/\r\nX-Other: secret",
                "https://user:secret@hooks/"
            })
    void whatIsNoUrlOfAWebhookIsRefusedWithoutBeingQuoted(String text) {
        assertThatThrownBy(() -> TargetUrl.http(text, SOURCE))
                .isInstanceOf(HookFailedException.class)
                .hasMessageStartingWith(SOURCE)
                .hasMessageNotContaining("secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://cache",
                "redis://cache/a",
                "redis://cache/1?secret=1",
                "redis://a:%zz@cache",
                "cache:6379"
            })
    void whatIsNoUrlOfRedisIsRefusedWithoutBeingQuoted(String text) {
        assertThatThrownBy(() -> TargetUrl.redis(text, SOURCE))
                .isInstanceOf(HookFailedException.class)
                .hasMessageStartingWith(SOURCE)
                .hasMessageNotContaining("secret");
    }
}
