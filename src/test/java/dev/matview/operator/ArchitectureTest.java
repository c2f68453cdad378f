package dev.matview.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.matview.operator", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule dependenciesPointDownOnly = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("controller")
            .definedBy("..controller..")
            .layer("command")
            .definedBy("..command..")
            .layer("cronjob")
            .definedBy("..cronjob..")
            .layer("hook")
            .definedBy("..hook..")
            .layer("refresh")
            .definedBy("..refresh..")
            .layer("postgres")
            .definedBy("..postgres..")
            .layer("net")
            .definedBy("..operator.net..")
            .layer("schedule")
            .definedBy("..schedule..")
            .layer("api")
            .definedBy("..api..")
            .whereLayer("controller")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("command")
            .mayOnlyBeAccessedByLayers("controller")
            .whereLayer("cronjob")
            .mayOnlyBeAccessedByLayers("controller")
            .whereLayer("hook")
            .mayOnlyBeAccessedByLayers("controller")
            .whereLayer("refresh")
            .mayOnlyBeAccessedByLayers("controller", "cronjob")
            .whereLayer("postgres")
            .mayOnlyBeAccessedByLayers("controller", "command", "cronjob", "refresh")
            .whereLayer("net")
            .mayOnlyBeAccessedByLayers("controller", "command", "cronjob", "hook", "refresh", "postgres")
            .whereLayer("schedule")
            .mayOnlyBeAccessedByLayers("controller", "command", "cronjob")
            .whereLayer("api")
            .mayOnlyBeAccessedByLayers("controller", "command", "cronjob", "refresh", "postgres");

    @ArchTest
    static final ArchRule theFingerprintStandsOnTheRestOfPostgres = noClasses()
            .that()
            .resideInAPackage("..postgres")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..postgres.fingerprint..");

    @ArchTest
    static final ArchRule everyClassHasItsRoom = classes()
            .should()
            .resideInAnyPackage(
                    "..controller..",
                    "..command..",
                    "..cronjob..",
                    "..hook..",
                    "..operator.net..",
                    "..refresh..",
                    "..postgres..",
                    "..schedule..",
                    "..api..");

    @ArchTest
    static final ArchRule kubernetesLivesInTheControllerAndItsCronJobsAlone = noClasses()
            .that()
            .resideInAnyPackage(
                    "..command..", "..hook..", "..operator.net..", "..refresh..", "..postgres..", "..schedule..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "io.quarkus..");

    @ArchTest
    static final ArchRule theCommandOfAPodKnowsNothingOfKubernetes = noClasses()
            .that()
            .haveNameMatching(
                    ".*[.]cronjob[.](RefreshCommand|Mounts|Ending|Coalescing|ScheduledJobName|Pod(Request|Result)|Json)([$].*)?")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.fabric8..", "io.javaoperatorsdk..", "io.quarkus..");

    @ArchTest
    static final ArchRule sqlLivesInPostgresAlone = noClasses()
            .that()
            .resideInAnyPackage(
                    "..controller..", "..command..", "..hook..", "..operator.net..", "..schedule..", "..api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..");

    @ArchTest
    static final ArchRule timeComesFromAClock = noClasses()
            .should()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");
}
