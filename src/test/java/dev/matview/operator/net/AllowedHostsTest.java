package dev.matview.operator.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AllowedHostsTest {
    private static final AllowedHosts SOME = AllowedHosts.of("db.example.com, *.Databases.svc ,10.0.0.7,fd00::7,");

    @Test
    void withoutEntriesEveryHostIsAllowed() {
        assertThat(refused(AllowedHosts.ALL, "anything", "127.0.0.1")).isFalse();
        assertThat(AllowedHosts.of(" ")).isEqualTo(AllowedHosts.ALL);
    }

    @Test
    void namesCountAsAWholeAndInAnyCase() {
        assertThat(refused(SOME, "db.example.com")).isFalse();
        assertThat(refused(SOME, "DB.Example.COM.")).isFalse();
        assertThat(refused(SOME, "db.example.com.evil.org")).isTrue();
        assertThat(refused(SOME, "other-db.example.com")).isTrue();
        assertThat(refused(SOME, "db")).isTrue();
    }

    @Test
    void aSuffixAllowsAllNamesBelowItAndNotItself() {
        assertThat(refused(SOME, "main.databases.svc")).isFalse();
        assertThat(refused(SOME, "main.team.databases.svc")).isFalse();
        assertThat(refused(SOME, "databases.svc")).isTrue();
        assertThat(refused(SOME, ".databases.svc")).isTrue();
        assertThat(refused(SOME, "evildatabases.svc")).isTrue();
        assertThat(refused(new AllowedHosts(List.of("*.7")), "10.0.0.7")).isTrue();
    }

    @Test
    void addressesCountHoweverTheyAreWritten() {
        assertThat(refused(SOME, "10.0.0.7")).isFalse();
        assertThat(refused(SOME, "fd00:0:0::0007")).isFalse();
        assertThat(refused(SOME, "10.0.0.8")).isTrue();
        assertThat(refused(SOME, "fd00::8")).isTrue();
        assertThat(refused(SOME, "localhost")).isTrue();
    }

    @Test
    void withoutEntriesNoHostIsNamed() {
        assertThat(AllowedHosts.ALL.names("db.example.com")).isFalse();
        assertThat(SOME.names("DB.example.com")).isTrue();
        assertThat(SOME.names("db.example.org")).isFalse();
    }

    private static boolean refused(AllowedHosts allowed, String... hosts) {
        return !Stream.of(hosts).allMatch(allowed::allows);
    }
}
