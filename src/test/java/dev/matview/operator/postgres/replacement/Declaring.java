package dev.matview.operator.postgres.replacement;

import dev.matview.operator.api.IndexSpec;
import dev.matview.operator.api.OnDrift;
import dev.matview.operator.api.OnMissing;
import dev.matview.operator.api.RefreshMode;
import dev.matview.operator.postgres.Cancellation;
import dev.matview.operator.postgres.Catalog;
import dev.matview.operator.postgres.DeclaredView;
import dev.matview.operator.postgres.Definition;
import dev.matview.operator.postgres.Failure;
import dev.matview.operator.postgres.FailureException;
import dev.matview.operator.postgres.Refresh;
import dev.matview.operator.postgres.RefreshBounds;
import dev.matview.operator.postgres.RefreshResult;
import dev.matview.operator.postgres.Refreshing;
import dev.matview.operator.postgres.RoutineMaintenance;
import dev.matview.operator.postgres.SessionSettings;
import dev.matview.operator.postgres.Upkeep;
import dev.matview.operator.postgres.ViewName;
import dev.matview.operator.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Creates views from definitions as a run does, as the test's user. */
record Declaring(TestDatabase database, ViewName view, RefreshMode mode) {
    static Definition of(String query, IndexSpec... indexes) {
        return new Definition(query, List.of(indexes));
    }

    static IndexSpec unique(String... columns) {
        return new IndexSpec(List.of(columns), true);
    }

    static DeclaredView declared(ViewName view, RefreshMode mode, Definition definition) {
        return new DeclaredView(
                view,
                mode,
                false,
                Refreshing.BOUNDS,
                SessionSettings.NONE,
                RoutineMaintenance.NONE,
                new Upkeep(OnMissing.CREATE, OnDrift.RECREATE, definition),
                null);
    }

    RefreshResult create(Definition definition) throws SQLException, FailureException, InterruptedException {
        return create(definition, Refreshing.BOUNDS);
    }

    RefreshResult create(Definition definition, RefreshBounds bounds)
            throws SQLException, FailureException, InterruptedException {
        try (Connection connection = database.connect()) {
            var identity = Catalog.identity(connection, view, "server");
            return new Refresh(connection, identity, creation(connection, definition), bounds).run();
        }
    }

    @Nullable
    Failure objection(Definition definition) throws SQLException, FailureException {
        try (Connection connection = database.connect()) {
            return creation(connection, definition).objection();
        }
    }

    private Creation creation(Connection connection, Definition definition) throws SQLException, FailureException {
        var identity = Catalog.identity(connection, view, "server");
        return new Creation(
                connection, identity, declared(view, mode, definition), database.user(), new Cancellation());
    }
}
