package io.backupmx.standalone;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who may see whom (docs/architecture.md). */
class ArchitectureTest {

    private static final List<String> COMMON = List.of(
            "io.backupmx.smtp..",
            "io.backupmx.mail..",
            "io.backupmx.route..",
            "io.backupmx.routing..",
            "io.backupmx.spf..",
            "io.backupmx.known..",
            "io.backupmx.spool..",
            "io.backupmx.cluster..",
            "io.backupmx.config..",
            "io.backupmx.reload..",
            "io.backupmx.tls..",
            "io.backupmx.ops..");
    private static final String INGRESS = "io.backupmx.ingress..";
    private static final String WORKER = "io.backupmx.worker..";
    private static final String STANDALONE = "io.backupmx.standalone..";
    private static final String ARTEMIS = "org.apache.activemq..";
    private static final String OUR_ARTEMIS = "io.backupmx.spool.artemis..";

    private static JavaClasses product;

    @BeforeAll
    static void read() {
        product = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .withImportOption(location -> !location.contains("test-support"))
                .importPackages("io.backupmx");
    }

    @Test
    void theWholeProductIsLookedAt() {
        for (String part : List.of(INGRESS, WORKER, STANDALONE)) {
            assertThat(product.that(resideInAPackage(part))).as(part).isNotEmpty();
        }
        assertThat(product.that(resideInAPackage("io.backupmx.testing.."))).isEmpty();
    }

    /** Types and text decide there, so that a test needs nothing else. */
    @Test
    void vocabularyProtocolAndPolicyAreFreeOfMachinery() {
        for (String pure : List.of(
                "io.backupmx.smtp",
                "io.backupmx.mail",
                "io.backupmx.route",
                "io.backupmx.ingress.protocol",
                "io.backupmx.worker.retry",
                "io.backupmx.worker.dsn")) {
            neverSees(pure, "io.vertx..", "io.netty..", ARTEMIS, "io.micrometer..", "picocli..");
        }
    }

    @Test
    void onlyTheSpoolAndStandaloneKnowTheBroker() {
        for (JavaClass type : product.that(not(resideInAnyPackage(OUR_ARTEMIS, STANDALONE)))) {
            assertThat(type.getDirectDependenciesFromSelf())
                    .extracting(Dependency::getTargetClass)
                    .filteredOn(resideInAnyPackage(ARTEMIS, OUR_ARTEMIS))
                    .as("of the broker, seen by %s", type.getName())
                    .isEmpty();
        }
        assertKnown(ARTEMIS);
        assertKnown(OUR_ARTEMIS);
    }

    @Test
    void ingressAndWorkerNeverMeet() {
        neverSees(INGRESS, WORKER);
        neverSees(WORKER, INGRESS);
    }

    @Test
    void whatIsCommonKnowsNeitherService() {
        COMMON.forEach(common -> neverSees(common, INGRESS, WORKER));
    }

    @Test
    void nobodySeesStandalone() {
        COMMON.forEach(common -> seesOnly(common, "anything but standalone", not(resideInAPackage(STANDALONE))));
        seesOnly(INGRESS, "anything but standalone", not(resideInAPackage(STANDALONE)));
        seesOnly(WORKER, "anything but standalone", not(resideInAPackage(STANDALONE)));
    }

    /** Judge, then act: what judges does not know who acts. */
    @Test
    void judgesDoNotKnowWhoActs() {
        neverSees("io.backupmx.ingress.protocol", "io.backupmx.ingress.session..", "io.backupmx.ingress.recipient..");
        neverSees("io.backupmx.worker.gate", "io.backupmx.worker.delivery..");
        neverSees("io.backupmx.smtp", "io.backupmx.smtp.client..");
    }

    @Test
    void vocabularyStandsOnItsOwn() {
        seesOnly("io.backupmx.smtp", "itself", oursOnlyIn("io.backupmx.smtp"));
        seesOnly("io.backupmx.worker.retry", "itself", oursOnlyIn("io.backupmx.worker.retry"));
    }

    /** It asks the admin API, as everybody does. */
    @Test
    void commandLineTouchesNeitherSpoolNorDelivery() {
        neverSees(
                "io.backupmx.worker.cli",
                "io.backupmx.spool..",
                "io.backupmx.worker.delivery..",
                "io.backupmx.worker.gate..",
                "io.backupmx.routing..");
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.backupmx.(**)")
                .should()
                .beFreeOfCycles()
                .allowEmptyShould(false)
                .check(product);
    }

    private static void neverSees(String who, String... whom) {
        for (String one : whom) {
            assertKnown(one);
        }
        noClasses()
                .that()
                .resideInAPackage(who)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(whom)
                .allowEmptyShould(false)
                .check(product);
    }

    private static void seesOnly(String who, String what, DescribedPredicate<JavaClass> allowed) {
        noClasses()
                .that()
                .resideInAPackage(who)
                .should()
                .dependOnClassesThat(not(allowed).as("are not " + what))
                .allowEmptyShould(false)
                .check(product);
    }

    private static DescribedPredicate<JavaClass> oursOnlyIn(String home) {
        return resideInAPackage(home).or(not(resideInAPackage("io.backupmx..")));
    }

    /** A rule against something that nobody sees would hold for ever: misspelled, or gone. */
    private static void assertKnown(String pattern) {
        assertThat(product.stream()
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .map(Dependency::getTargetClass)
                        .filter(resideInAPackage(pattern)))
                .as("anything seen of %s", pattern)
                .isNotEmpty();
    }
}
