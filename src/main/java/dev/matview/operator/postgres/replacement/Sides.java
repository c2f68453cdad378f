package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Side;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Keeps the idle side like the active one: whatever the active one has, the other gets. Nothing is taken away. */
final class Sides {
    private static final String WORD = "MATERIALIZED VIEW";

    private Sides() {}

    /**
     * Gives the idle side what only the active one has, or makes it anew.
     *
     * @return what was done, as sentences for people; usually nothing
     */
    static List<String> align(BoundedTransaction transaction, ViewName view, Facade facade)
            throws SQLException, FailureException {
        Side idle = facade.active().other();
        Long oid = facade.idleOid();
        if (oid != null) {
            List<String> given = give(transaction, view, idle, facade.activeOid(), oid);
            return given.isEmpty()
                    ? List.of()
                    : List.of("copied to " + idle.of(view) + " what only the other side had: "
                            + String.join(", ", given));
        }
        Connection connection = transaction.connection();
        Shape shape = Shape.of(connection, facade.activeOid());
        List<Trait> traits = Traits.of(connection, facade.activeOid(), idle.of(view), WORD, idle.suffix());
        Copy.create(transaction, shape, traits, view, idle.of(view));
        return List.of(idle.of(view) + " was missing and has been made anew");
    }

    private static List<String> give(
            BoundedTransaction transaction, ViewName facade, Side idle, long activeOid, long idleOid)
            throws SQLException, FailureException {
        Connection connection = transaction.connection();
        ViewName target = idle.of(facade);
        Shape wanted = Shape.of(connection, activeOid);
        Shape found = Shape.of(connection, idleOid);
        if (!found.alike(wanted)) {
            throw Refusals.refused(target + " and " + idle.other().of(facade)
                    + " differ in their query, columns or owner: DROP MATERIALIZED VIEW " + target
                    + ", and the next refresh makes it anew from the other");
        }
        List<Trait> has = Traits.of(connection, idleOid, target, WORD, idle.suffix());
        List<Trait> lacks = Traits.of(connection, activeOid, target, WORD, idle.suffix()).stream()
                .filter(trait -> trait.kind() != Trait.Kind.NO_DEFAULT_GRANTS)
                .filter(trait -> has.stream().noneMatch(trait::sameAs))
                .toList();
        if (lacks.isEmpty()) {
            return List.of();
        }
        Script script = Script.of(transaction);
        if (lacks.stream().anyMatch(trait -> trait.kind() == Trait.Kind.INDEX)) {
            // An index on rows that are about to be replaced would be made for nothing.
            script.as(wanted.owner(), "REFRESH MATERIALIZED VIEW " + target.quoted() + " WITH NO DATA");
        }
        script.give(lacks, wanted.owner()).run(transaction);
        var notices = new ArrayList<String>();
        lacks.forEach(trait -> notices.add(trait.what()));
        return notices;
    }
}
