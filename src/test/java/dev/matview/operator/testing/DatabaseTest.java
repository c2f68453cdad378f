package dev.matview.operator.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.ClassTemplate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A test class that runs once on each of some supported versions of PostgreSQL, its tests in parallel. The system property
 * {@code postgres.versions=14,18} says which versions there are.
 *
 * <p>Constructors, lifecycle methods and tests may ask for a {@link TestDatabase}, which is fresh for each test (one
 * asked for by a {@code @BeforeAll} method serves the whole class), and for the {@link PostgresServer}, which all tests
 * of the run share. A test that stops a server or changes its settings starts its own.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Tag("database")
@ClassTemplate
@ExtendWith(PostgresVersions.class)
@Execution(ExecutionMode.CONCURRENT)
public @interface DatabaseTest {
    /** Which of them. */
    Servers value() default Servers.ALL;
}
