package dev.matview.operator.postgres.fingerprint;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the stored queries of a view and of the plain views below it mention. A kind of node that is not on the list, or a
 * use of one that is, whose result may depend on more than rows, functions and types, is an objection.
 *
 * <p>The list is for PostgreSQL 14 to 18 ({@code src/include/nodes/parsenodes.h} and {@code primnodes.h}); 14 has other
 * labels for some.
 */
final class StoredQuery implements NodeTree.Listener {
    private static final Set<String> HARMLESS = Set.of(
            "QUERY",
            "RTE",
            "RANGETBLENTRY",
            "RTEPERMISSIONINFO",
            "RANGETBLFUNCTION",
            "RANGETBLREF",
            "FROMEXPR",
            "JOINEXPR",
            "ALIAS",
            "COMMONTABLEEXPR",
            "SETOPERATIONSTMT",
            "SORTGROUPCLAUSE",
            "GROUPINGSET",
            "WINDOWCLAUSE",
            "TARGETENTRY",
            "VAR",
            "CONST",
            "PARAM",
            "FUNCEXPR",
            "NAMEDARGEXPR",
            "OPEXPR",
            "DISTINCTEXPR",
            "NULLIFEXPR",
            "SCALARARRAYOPEXPR",
            "BOOLEXPR",
            "NULLTEST",
            "BOOLEANTEST",
            "CASE",
            "CASEEXPR",
            "WHEN",
            "CASEWHEN",
            "CASETESTEXPR",
            "COALESCE",
            "COALESCEEXPR",
            "MINMAX",
            "MINMAXEXPR",
            "ARRAY",
            "ARRAYEXPR",
            "ARRAYCOERCEEXPR",
            "ROW",
            "ROWEXPR",
            "ROWCOMPARE",
            "ROWCOMPAREEXPR",
            "FIELDSELECT",
            "SUBSCRIPTINGREF",
            "RELABELTYPE",
            "COERCEVIAIO",
            "COLLATE",
            "COLLATEEXPR",
            "SUBLINK",
            "AGGREF",
            "GROUPINGFUNC",
            "WINDOWFUNC");

    private static final Map<String, String> KNOWN_BY_NAME = Map.of(
            "TABLESAMPLECLAUSE", "TABLESAMPLE",
            "SQLVALUEFUNCTION", "CURRENT_DATE, CURRENT_USER or another of these",
            "TABLEFUNC", "XMLTABLE or JSON_TABLE",
            "XMLEXPR", "an XML expression",
            "COERCETODOMAIN", "a cast to a domain",
            "ROWMARKCLAUSE", "FOR UPDATE or FOR SHARE",
            "CONVERTROWTYPEEXPR", "a cast between row types");

    private static final Set<String> FUNCTIONS = Set.of(
            "funcid",
            "opfuncid",
            "aggfnoid",
            "winfnoid",
            "startInRangeFunc",
            "endInRangeFunc",
            "hashfuncid",
            "negfuncid");
    private static final Set<String> OPERATORS = Set.of("opno", "opnos", "eqop", "sortop");

    /** Relation, subquery, join, function, values, WITH, nothing, and from 18 grouping. */
    private static final Set<String> RANGES = Set.of("0", "1", "2", "3", "5", "6", "8", "9");

    /** The smallest OID of a type is 16; what the same fields' names hold besides are small numbers of kinds. */
    private static final long FIRST_TYPE = 16;

    private static final String TABLE_OID = "-6";

    private final Set<Long> relations = new TreeSet<>();
    private final Set<Long> functions = new TreeSet<>();
    private final Set<Long> operators = new TreeSet<>();
    private final Set<Long> types = new TreeSet<>();
    private final Set<Long> read = new TreeSet<>();
    private @Nullable String objection;

    /** Adds one, as {@code ev_action} has it. */
    void add(String tree) {
        try {
            NodeTree.scan(tree, this);
        } catch (IllegalArgumentException e) {
            object("its definition is stored in a form that is not known");
        }
    }

    /** Tables and views, also those of the system. */
    Set<Long> relations() {
        return relations;
    }

    /** Functions, aggregates and window functions; those behind operators are left to {@link #operators}. */
    Set<Long> functions() {
        return functions;
    }

    Set<Long> operators() {
        return operators;
    }

    /** The types of all columns, constants and results. */
    Set<Long> types() {
        return types;
    }

    /** Those of them that text is cast to by their input function. */
    Set<Long> typesReadFromText() {
        return read;
    }

    /** Why the content may change without a trace, as the end of a sentence on the view, or null. */
    @Nullable
    String objection() {
        return objection;
    }

    @Override
    public void node(String label) {
        if (!HARMLESS.contains(label)) {
            String name = KNOWN_BY_NAME.get(label);
            object("it uses " + (name == null ? "an expression that is not known to be safe (" + label + ")" : name));
        }
    }

    @Override
    public void value(String label, String field, String text) {
        switch (field) {
            case "commandType" -> require(text.equals("1"), "its definition is not a plain SELECT");
            case "rtekind" -> require(RANGES.contains(text), "it reads something that is not known to be safe");
            case "varattno" ->
                require(
                        !label.equals("VAR") || !text.startsWith("-") || text.equals(TABLE_OID),
                        "it uses a system column such as ctid or xmin");
            case "paramkind" -> require(text.equals("2"), "it uses a parameter");
            case "relid" -> number(text, 1, relations);
            default -> named(label, field, text);
        }
    }

    private void named(String label, String field, String text) {
        if (FUNCTIONS.contains(field)) {
            number(text, 1, functions);
        } else if (OPERATORS.contains(field)) {
            number(text, 1, operators);
        } else if (isType(field)) {
            number(text, FIRST_TYPE, types);
            if (label.equals("COERCEVIAIO")) {
                number(text, FIRST_TYPE, read);
            }
        }
    }

    private static boolean isType(String field) {
        return field.endsWith("type")
                || field.endsWith("Type")
                || field.endsWith("types")
                || field.endsWith("Types")
                || field.endsWith("typeid")
                || field.equals("typeId");
    }

    private static void number(String text, long least, Set<Long> into) {
        if (!text.isEmpty() && text.length() <= 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
            long number = Long.parseLong(text);
            if (number >= least) {
                into.add(number);
            }
        }
    }

    private void require(boolean holds, String otherwise) {
        if (!holds) {
            object(otherwise);
        }
    }

    private void object(String why) {
        if (objection == null) {
            objection = why;
        }
    }
}
