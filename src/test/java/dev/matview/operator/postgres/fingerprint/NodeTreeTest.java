package dev.matview.operator.postgres.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTreeTest {
    @Test
    void nodesAndTheValuesOfTheirFieldsComeInOrder() {
        assertThat(heard("({QUERY :commandType 1 :alias <> :rtable ({RTE :relid 7} {RTE :relid 8}) :hasAggs true})"))
                .containsExactly(
                        "QUERY",
                        "QUERY.commandType=1",
                        "QUERY.alias=<>",
                        "RTE",
                        "RTE.relid=7",
                        "RTE",
                        "RTE.relid=8",
                        "QUERY.hasAggs=true");
    }

    @Test
    void elementsOfListsAreValuesOfTheirFieldWithoutTheListsKind() {
        assertThat(
                        heard(
                                "{A :opnos (o 96 97) :cols (b) :mods (i -1) :names (\"o\" \"x\\ y\") :sets ((i 1) (i 2)) :z 1}"))
                .containsExactly(
                        "A",
                        "A.opnos=96",
                        "A.opnos=97",
                        "A.mods=-1",
                        "A.names=\"o\"",
                        "A.names=\"x\\ y\"",
                        "A.sets=1",
                        "A.sets=2",
                        "A.z=1");
    }

    @Test
    void theBytesOfAConstantAreLeftOut() {
        assertThat(heard("{CONST :constvalue 4 [ 1 0 -3 0 ] :location 5} "))
                .containsExactly("CONST", "CONST.constvalue=4", "CONST.location=5");
    }

    @ParameterizedTest
    @ValueSource(strings = {":funcid", "[", "]", "\\{FUNCEXPR", "a\\ :funcid\\ 7", "\\(o", "\\<>", "b\\\\", "\"\""})
    void aNameThatLooksLikeStructureIsANameAllTheSame(String name) {
        assertThat(heard("({TARGETENTRY :resname " + name + " :resno 1} {VAR :varno 1})"))
                .containsExactly(
                        "TARGETENTRY", "TARGETENTRY.resname=" + name, "TARGETENTRY.resno=1", "VAR", "VAR.varno=1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "{",
                "}",
                ")",
                "({A :b 1)",
                "{A :b}",
                "{A :b 1 2}",
                "{A b 1}",
                "{A :b 4 [ 1 2}",
                "({A :b 1}}",
                "{A [ 1 ]}",
                "{A :b 1 \\"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> heard(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void depthCostsNoStack() {
        int depth = 200_000;
        assertThat(heard("{A :b ".repeat(depth) + "1" + "}".repeat(depth))).hasSize(depth + 1);
    }

    private static List<String> heard(String text) {
        var heard = new ArrayList<String>();
        NodeTree.scan(text, new NodeTree.Listener() {
            @Override
            public void node(String label) {
                heard.add(label);
            }

            @Override
            public void value(String label, String field, String value) {
                heard.add(label + "." + field + "=" + value);
            }
        });
        return heard;
    }
}
