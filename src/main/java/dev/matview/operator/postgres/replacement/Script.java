package dev.matview.operator.postgres.replacement;

import dev.matview.operator.postgres.BoundedTransaction;
import dev.matview.operator.postgres.ViewName;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Statements of one transaction, each under the role that is to own what it makes. They reach the server as one. */
final class Script {
    private final String user;
    private final List<Statement> statements = new ArrayList<>();
    private String acting;

    /** @param user the session's own role, under which the script begins and ends */
    Script(String user) {
        this.user = user;
        this.acting = user;
    }

    static Script of(BoundedTransaction transaction) throws SQLException {
        return new Script(Rows.one(transaction.connection(), "SELECT current_user::text", row -> row.getString(1)));
    }

    /** Adds a statement that this role is to run. */
    Script as(String role, String sql) {
        if (!role.equals(acting)) {
            statements.add(new Statement("SET LOCAL ROLE " + ViewName.quote(role), null));
            acting = role;
        }
        statements.add(new Statement(sql, null));
        return this;
    }

    /** Adds what lets a view read anew what has the names in its text. */
    Script rebind(Dependent dependent) {
        as(dependent.owner(), dependent.rebind());
        statements.add(new Statement(statements.removeLast().sql(), dependent.name()));
        return this;
    }

    /** Adds a statement that the session's own role is to run. */
    Script asUser(String sql) {
        return as(user, sql);
    }

    /** Adds a renaming of an index, or of a statistics object, which can belong to another than the view does. */
    Script rename(String sql, String owner) {
        return sql.startsWith("ALTER STATISTICS") ? asUser(sql) : as(owner, sql);
    }

    /** Adds what gives those traits to a view of that owner. */
    Script give(List<Trait> traits, String owner) {
        for (Trait trait : traits) {
            String role = trait.role();
            as(role == null ? owner : role.isEmpty() ? user : role, trait.sql());
        }
        return this;
    }

    void run(BoundedTransaction transaction) throws SQLException {
        if (!acting.equals(user)) {
            as(user, "SELECT 1");
        }
        if (!statements.isEmpty()) {
            transaction.execute(String.join(";\n", statements()));
        }
    }

    List<String> statements() {
        return statements.stream().map(Statement::sql).toList();
    }

    /** The same to be done under locks. */
    List<Step> steps() {
        return statements.stream()
                .map(statement -> statement.rebound() == null
                        ? Step.sql(statement.sql())
                        : Step.rebind(statement.sql(), statement.rebound()))
                .toList();
    }

    /** @param rebound name of the view whose text the statement reads anew; null for any other statement */
    private record Statement(String sql, @Nullable String rebound) {}
}
