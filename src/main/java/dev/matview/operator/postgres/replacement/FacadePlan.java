package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.Facade;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Side;
import dev.matview.operator.postgres.ViewName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a facade that is to be replaced with both of its sides, at one moment.
 *
 * @param sides the active one first; the other one only if it is there
 * @param version what must not change any more until the new one is in place, see {@link Versions#query}
 * @param dependents the plain views that read it
 * @param traits what the new facade is to have
 * @param options of the plain view, as a clause; empty when there are none
 */
record FacadePlan(
        ViewName view,
        Facade facade,
        List<SidePlan> sides,
        String version,
        List<Dependent> dependents,
        Shape shape,
        List<Trait> traits,
        String options) {

    /** To be called under {@link PinnedSettings}. */
    static FacadePlan of(Connection connection, ViewName view, Facade facade) throws SQLException {
        var sides = new ArrayList<SidePlan>();
        sides.add(SidePlan.of(connection, view, facade.active(), facade.activeOid(), "__swap"));
        if (facade.idleOid() != null) {
            sides.add(SidePlan.of(connection, view, facade.active().other(), facade.idleOid(), "__swap2"));
        }
        ViewName replacement = replacement(view, facade);
        return new FacadePlan(
                view,
                facade,
                sides,
                Versions.of(connection, facade.oid(), ""),
                Dependent.of(connection, facade.oid()),
                Shape.of(connection, facade.oid()),
                Traits.of(connection, facade.oid(), replacement, "VIEW", "").stream()
                        .filter(Trait::ofPlainViews)
                        .toList(),
                Flip.options(connection, facade.oid()));
    }

    /** What must be so before any work. To be called under {@link PinnedSettings}. */
    static void check(Connection connection, ViewName view, Facade facade) throws SQLException, FailureException {
        Refusals.checkDependents(connection, view, facade.oid());
        Permissions.check(connection, view, facade.oid());
        RowVariables.healing(connection, view);
        checkSide(connection, view, facade, facade.active(), facade.activeOid());
        if (facade.idleOid() != null) {
            checkSide(connection, view, facade, facade.active().other(), facade.idleOid());
        }
    }

    private static void checkSide(Connection connection, ViewName view, Facade facade, Side side, long oid)
            throws SQLException, FailureException {
        Refusals.checkDependents(connection, side.of(view), oid);
        Permissions.check(connection, side.of(view), oid);
        for (Dependent dependent : Dependent.of(connection, oid)) {
            if (dependent.oid() != facade.oid()) {
                throw Refusals.refused("view " + dependent.name() + " reads " + side.of(view)
                        + ", which goes when the definition changes: let it read " + view + " instead");
            }
        }
    }

    /** What the replacements of the sides must have been built from. */
    List<String> versions() {
        return sides.stream().map(side -> side.oid() + " " + side.version()).toList();
    }

    /** The side that is to be filled. */
    SidePlan active() {
        return sides.getFirst();
    }

    /** The name of the new facade until it takes its place. */
    ViewName replacement() {
        return replacement(view, facade);
    }

    private static ViewName replacement(ViewName view, Facade facade) {
        return new ViewName(view.schema(), "matview_facade_" + facade.oid());
    }

    /**
     * One side.
     *
     * @param suffix of its replacement's indexes and statistics, until those have its names
     * @param version what must not change until the replacement is in place
     */
    record SidePlan(ViewName name, long oid, String suffix, String version, Shape shape, List<Trait> traits) {
        private static SidePlan of(Connection connection, ViewName view, Side side, long oid, String suffix)
                throws SQLException {
            return new SidePlan(
                    side.of(view),
                    oid,
                    suffix,
                    Versions.of(connection, oid, view.name()),
                    Shape.of(connection, oid),
                    Traits.of(connection, oid, replacement(view, oid), "MATERIALIZED VIEW", suffix));
        }

        /** The name of what takes its place, until then. */
        ViewName replacement() {
            return replacement(name, oid);
        }

        /** Its own name once the replacement has that. */
        ViewName old() {
            return new ViewName(name.schema(), "matview_old_" + oid);
        }

        private static ViewName replacement(ViewName view, long oid) {
            return new ViewName(view.schema(), "matview_new_" + oid);
        }
    }
}
