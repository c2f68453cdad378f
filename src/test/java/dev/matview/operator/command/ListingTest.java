package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.OddNames;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ListingTest {
    @Test
    void theTableHasAColumnForEachFact() {
        var listing = new Listing(List.of(
                new ViewEntry(
                        "public",
                        "größe",
                        8192L,
                        "8 kB",
                        10L,
                        true,
                        "app",
                        "g_id",
                        List.of(new ViewName("public", "a"), new ViewName("Odd", "b")),
                        RefreshMode.CONCURRENT,
                        "why",
                        null),
                new ViewEntry(
                        "public",
                        "v",
                        null,
                        null,
                        null,
                        false,
                        "other",
                        null,
                        List.of(),
                        RefreshMode.STANDARD,
                        "why",
                        "not yours")));
        assertThat(listing.table()).isEqualTo("""
                VIEW               SIZE       ROWS   POPULATED   OWNER   UNIQUE INDEX   UPSTREAMS             MODE         REASON
                "public"."größe"   8 kB       10     yes         app     g_id           public.a, "Odd"."b"   Concurrent   why
                public.v           (locked)   -      no          other   -              -                     Standard     why; but not yours
                """);
    }

    @Test
    void noNameBreaksALineOrReachesTheTerminalAsACommand() {
        var listing = new Listing(odd("\u001b[31m", "a\u2028b", "a\u0085b", "\u202eabc", "a\r\nb"));
        assertThat(listing.table().lines()).hasSize(6);
        assertThat(listing.table()).doesNotContain("\u001b", "\u2028", "\u0085", "\u202e", "\r");
        assertThat(new Listing(odd(OddNames.ALL.toArray(String[]::new))).table().lines())
                .hasSize(OddNames.ALL.size() + 1);
    }

    @Test
    void yamlAndJsonHoldEveryNameToTheLetter() throws JsonProcessingException {
        String[] names = Stream.concat(
                        OddNames.ALL.stream(),
                        Stream.of(
                                "yes",
                                "on",
                                "~",
                                "null",
                                "0x1F",
                                "1_000",
                                "1e3",
                                ".inf",
                                "2001-01-01",
                                "12:30:45",
                                "a: b",
                                "- a",
                                "# a",
                                "a #b",
                                "{a",
                                "*a",
                                "!a",
                                " a",
                                "a ",
                                "a\u0085b",
                                "\u001b",
                                "="))
                .toArray(String[]::new);
        var listing = new Listing(odd(names));
        for (var read : List.of(
                Yaml.MAPPER.readTree(listing.text(Yaml.MAPPER)),
                new JsonMapper().readTree(listing.text(new JsonMapper())))) {
            assertThat(read.get("views").findValuesAsText("name")).containsExactly(names);
            assertThat(read.get("views").findValues("name")).allMatch(name -> name.isTextual());
        }
    }

    @Test
    void inYamlOnlyWordsAreWithoutQuotes() {
        assertThat(new Listing(odd("sales", "0x1F", "on")).text(Yaml.MAPPER).lines())
                .contains("    name: sales", "    name: \"0x1F\"", "    name: \"on\"");
    }

    private static List<ViewEntry> odd(String... names) {
        return Stream.of(names)
                .map(name -> new ViewEntry(
                        "public", name, 1L, "1 B", 1L, true, "app", null, List.of(), RefreshMode.STANDARD, "why", null))
                .toList();
    }
}
