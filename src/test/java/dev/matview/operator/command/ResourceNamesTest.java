package dev.matview.operator.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.operator.postgres.OddNames;
import dev.matview.operator.postgres.ViewName;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ResourceNamesTest {
    @Test
    void anOrdinaryNameIsKept() {
        var counts = new ViewName("public", "group_member_counts");
        var sales = new ViewName("reports", "Sales");
        assertThat(ResourceNames.of(List.of(counts, sales)))
                .isEqualTo(Map.of(counts, "group-member-counts", sales, "reports-sales"));
    }

    @Test
    void namesThatKubernetesCanNotTellApartGetAHash() {
        var one = new ViewName("public", "a_b");
        var two = new ViewName("public", "A b");
        var three = new ViewName("a", "b");
        Map<ViewName, String> names = ResourceNames.of(List.of(one, two, three));
        assertThat(names.values()).doesNotHaveDuplicates().allMatch(name -> name.matches("a-b-[0-9a-f]{8}"));
        assertThat(ResourceNames.of(List.of(two))).containsEntry(two, "a-b");
    }

    @Test
    void everyNameIsOneThatKubernetesTakesAndNoTwoAreTheSame() {
        var views = OddNames.ALL.stream()
                .map(name -> new ViewName(name.equals("select") ? "public" : "Odd", name))
                .toList();
        assertThat(ResourceNames.of(views).values())
                .hasSize(views.size())
                .doesNotHaveDuplicates()
                .allMatch(name -> name.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?") && name.length() <= 40);
        assertThat(ResourceNames.of(List.of(new ViewName("public", "表"))).values())
                .allMatch(name -> name.matches("view-[0-9a-f]{8}"));
    }
}
