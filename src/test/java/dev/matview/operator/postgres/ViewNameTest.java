package dev.matview.operator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewNameTest {
    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', textBlock = """
                    plain                   | "plain"
                    Capitals                | "Capitals"
                    with space              | "with space"
                    quo"te                  | "quo""te"
                    ""                      | ""\"""\"
                    a.b                     | "a.b"
                    größe                   | "größe"
                    it's                    | "it's"
                    back\\slash             | "back\\slash"
                    v"; DROP TABLE t; --    | "v""; DROP TABLE t; --"
                    v" WITH NO DATA; --     | "v"" WITH NO DATA; --"
                    """, delimiter = '|')
    void aNameIsOneIdentifierWhateverItHolds(String name, String quoted) {
        assertThat(new ViewName("public", name).quoted()).isEqualTo("\"public\"." + quoted);
        assertThat(new ViewName(name, "v").quoted()).isEqualTo(quoted + ".\"v\"");
    }

    @Test
    void messagesShowTheQuotedName() {
        assertThat(new ViewName("My Schema", "a.b")).hasToString("\"My Schema\".\"a.b\"");
    }

    @Test
    void differentViewsHaveDifferentIdentities() {
        var one = new ViewIdentity("7", "db", new ViewName("a\".\"b", "c"));
        var other = new ViewIdentity("7", "db", new ViewName("a", "b\".\"c"));
        assertThat(one.toString()).isNotEqualTo(other.toString());
        assertThat(new ViewIdentity("7", "d\".\"s", new ViewName("v", "w")).toString())
                .isNotEqualTo(new ViewIdentity("7", "d", new ViewName("s", "v")).toString());
    }
}
