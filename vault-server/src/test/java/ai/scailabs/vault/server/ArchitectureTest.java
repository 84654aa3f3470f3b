package ai.scailabs.vault.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What must never be, as ARCHITECTURE.md lists it. */
@AnalyzeClasses(packages = "ai.scailabs.vault", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String BASE = "ai.scailabs.vault.";
    /** Does its work with nothing but what it is given. */
    private static final String[] PLAIN = {
        BASE + "kernel..", BASE + "crypto..", BASE + "pki.x509..", BASE + "pki.profile..", BASE + "pki.validation.."
    };

    @ArchTest
    static final ArchRule modules_useOnlyLowerOnes = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("kernel")
            .definedBy(BASE + "kernel..")
            .layer("crypto")
            .definedBy(BASE + "crypto..")
            .layer("persistence")
            .definedBy(BASE + "persistence..")
            .layer("outbound")
            .definedBy(BASE + "outbound..")
            .layer("kms")
            .definedBy(BASE + "kms..")
            .layer("audit")
            .definedBy(BASE + "audit..")
            .layer("events")
            .definedBy(BASE + "events..")
            .layer("access")
            .definedBy(BASE + "access..")
            .layer("tenancy")
            .definedBy(BASE + "tenancy..")
            .layer("identity")
            .definedBy(BASE + "identity..")
            .layer("secrets")
            .definedBy(BASE + "secrets..")
            .layer("pki")
            .definedBy(BASE + "pki..")
            .layer("federation")
            .definedBy(BASE + "federation..")
            .layer("credentials")
            .definedBy(BASE + "credentials..")
            .layer("api")
            .definedBy(BASE + "api..")
            .layer("server")
            .definedBy(BASE + "server..")
            .whereLayer("kernel")
            .mayNotAccessAnyLayer()
            .whereLayer("crypto")
            .mayOnlyAccessLayers("kernel")
            .whereLayer("persistence")
            .mayOnlyAccessLayers("kernel")
            .whereLayer("outbound")
            .mayOnlyAccessLayers("kernel")
            .whereLayer("kms")
            .mayOnlyAccessLayers("kernel", "crypto")
            .whereLayer("audit")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "outbound")
            .whereLayer("events")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "outbound", "audit")
            .whereLayer("access")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "outbound", "audit")
            .whereLayer("tenancy")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "audit")
            .whereLayer("identity")
            .mayOnlyAccessLayers("kernel", "persistence", "audit", "access", "tenancy")
            .whereLayer("secrets")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "audit", "access", "tenancy")
            .whereLayer("pki")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "outbound", "audit", "access", "tenancy")
            .whereLayer("federation")
            .mayOnlyAccessLayers("kernel", "persistence", "outbound", "audit", "access", "tenancy", "secrets")
            .whereLayer("credentials")
            .mayOnlyAccessLayers("kernel", "crypto", "persistence", "outbound", "audit", "access", "secrets")
            .whereLayer("api")
            .mayOnlyAccessLayers(
                    "kernel",
                    "audit",
                    "events",
                    "access",
                    "tenancy",
                    "identity",
                    "secrets",
                    "pki",
                    "federation",
                    "credentials")
            .whereLayer("server")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule whatDecidesAlone_isPlainJava = noClasses()
            .that()
            .resideInAnyPackage(PLAIN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.springframework..",
                    "java.sql..",
                    "javax.sql..",
                    "java.net.http..",
                    "org.slf4j..",
                    "jakarta..");

    @ArchTest
    static final ArchRule whatDecidesAlone_hasNoClockOfItsOwn = noClasses()
            .that()
            .resideInAnyPackage(PLAIN)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now");

    /** Whoever encodes certificates by hand elsewhere goes round the lint. */
    @ArchTest
    static final ArchRule bouncyCastle_hasOneModule = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "pki..", BASE + "testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule nativeSignatures_haveOneRoom = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "crypto.provider..", BASE + "testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.amazon..");

    @ArchTest
    static final ArchRule api_neverTouchesKeysOrSql = noClasses()
            .that()
            .resideInAPackage(BASE + "api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "crypto..", BASE + "kms..", "java.sql..", "javax.sql..", "org.springframework.jdbc..");

    @ArchTest
    static final ArchRule servletAndWebTypes_stayInTheApi = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "api..", BASE + "dev..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("jakarta.servlet..", "org.springframework.web..");

    /** An export is told by the path of a secret as whom it is to write; what it means is not audit's. */
    @ArchTest
    static final ArchRule audit_knowsNoDomain = noClasses()
            .that()
            .resideInAPackage(BASE + "audit..")
            .and()
            .resideOutsideOfPackage(BASE + "audit.export")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + "kernel.path..");

    @ArchTest
    static final ArchRule kms_knowsBytesAndKeyNamesOnly = noClasses()
            .that()
            .resideInAPackage(BASE + "kms..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + "kernel.id..", BASE + "kernel.path..", "java.sql..", "javax.sql..");

    /** But for those of other people's databases. */
    @ArchTest
    static final ArchRule onlyPersistence_opensTransactions = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "persistence..", BASE + "dev..", BASE + "credentials.connector.postgresql..")
            .should()
            .callMethod(java.sql.Connection.class, "setAutoCommit", boolean.class)
            .orShould()
            .callMethod(java.sql.Connection.class, "commit")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework.transaction..");

    @ArchTest
    static final ArchRule onlyTheEnvelopeAndRootKeys_callCipher = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "crypto.envelope..", BASE + "kms..")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(javax.crypto.Cipher.class);

    @ArchTest
    static final ArchRule whatShips_hasNoDevelopmentConveniences = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "dev..", BASE + "testkit..", BASE + "bench..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "dev..",
                    BASE + "testkit..",
                    "io.zonky..",
                    "org.springframework.security.oauth2.server.authorization..");

    @ArchTest
    static final ArchRule redisAndItsBuckets_haveOneRoom = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "access.redis..", BASE + "access.quota..", BASE + "credentials.connector.redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "io.github.bucket4j..");

    @ArchTest
    static final ArchRule netty_isForDriversAlone = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "access.redis..",
                    BASE + "access.quota..",
                    BASE + "credentials.connector.redis..",
                    BASE + "credentials.connector.mongodb..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..");

    @ArchTest
    static final ArchRule mongoDbDriver_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "credentials.connector.mongodb..", BASE + "testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.mongodb..", "org.bson..");

    @ArchTest
    static final ArchRule postgresDriver_hasTwoRooms = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "persistence..",
                    BASE + "credentials.connector.postgresql..",
                    BASE + "dev..",
                    BASE + "testkit..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.postgresql..");

    @ArchTest
    static final ArchRule mariaDbDriver_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "credentials.connector.mysql..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.mariadb..");

    @ArchTest
    static final ArchRule targetsOfVendors_areOpenedInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "credentials.connector.vendor..",
                    BASE + "credentials.connector.postgresql..",
                    BASE + "credentials.connector.mysql..",
                    BASE + "credentials.connector.redis..",
                    BASE + "credentials.connector.mongodb..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "credentials.connector.postgresql..",
                    BASE + "credentials.connector.mysql..",
                    BASE + "credentials.connector.redis..",
                    BASE + "credentials.connector.mongodb..");

    /** Hence no class of a vendor is loaded unless its root key is chosen, or a bucket of it is opened. */
    @ArchTest
    static final ArchRule awsSdk_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "outbound.aws..",
                    BASE + "kms.aws..",
                    BASE + "audit.store.s3..",
                    BASE + "pki.dns.route53..",
                    BASE + "credentials.connector.aws..",
                    BASE + "federation.aws..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..");

    @ArchTest
    static final ArchRule googlesSdk_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "outbound.google..",
                    BASE + "kms.gcp..",
                    BASE + "audit.store.gcs..",
                    BASE + "federation.google..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.google.cloud..", "com.google.api..", "com.google.auth..", "com.google.protobuf..");

    @ArchTest
    static final ArchRule azuresSdk_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "outbound.azure..",
                    BASE + "kms.azure..",
                    BASE + "audit.store.azure..",
                    BASE + "federation.azure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.azure..", "com.microsoft..");

    /** Its stores get their vendors' libraries from the packages below, and these are not named elsewhere. */
    @ArchTest
    static final ArchRule storesOfVendors_areOpenedInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "audit.store.vendor..",
                    BASE + "audit.store.s3..",
                    BASE + "audit.store.gcs..",
                    BASE + "audit.store.azure..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(BASE + "audit.store.s3..", BASE + "audit.store.gcs..", BASE + "audit.store.azure..");

    @ArchTest
    static final ArchRule dnsProvidersOfVendors_areOpenedInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "pki.dns.vendor..",
                    BASE + "pki.dns.rfc2136..",
                    BASE + "pki.dns.powerdns..",
                    BASE + "pki.dns.route53..",
                    BASE + "pki.dns.cloudflare..",
                    BASE + "pki.dns.google..",
                    BASE + "pki.dns.azure..",
                    BASE + "pki.dns.digitalocean..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "pki.dns.rfc2136..",
                    BASE + "pki.dns.powerdns..",
                    BASE + "pki.dns.route53..",
                    BASE + "pki.dns.cloudflare..",
                    BASE + "pki.dns.google..",
                    BASE + "pki.dns.azure..",
                    BASE + "pki.dns.digitalocean..");

    @ArchTest
    static final ArchRule vaultsOfVendors_areOpenedInOnePlace = noClasses()
            .that()
            .resideOutsideOfPackages(
                    BASE + "federation.vendor..",
                    BASE + "federation.hashicorp..",
                    BASE + "federation.aws..",
                    BASE + "federation.azure..",
                    BASE + "federation.google..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    BASE + "federation.hashicorp..",
                    BASE + "federation.aws..",
                    BASE + "federation.azure..",
                    BASE + "federation.google..");

    @ArchTest
    static final ArchRule dnsJava_hasTwoRooms = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "pki.dns.rfc2136..", BASE + "pki.dns.lookup..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.xbill..");

    /** The compiler sees it, for the annotations of Google's SDK. */
    @ArchTest
    static final ArchRule guava_isNobodysHere =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("com.google.common..");

    @ArchTest
    static final ArchRule pkcs11Wrapper_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "kms.pkcs11..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.xipki..", "iaik..");

    @ArchTest
    static final ArchRule vaultDriver_hasTwoRooms = noClasses()
            .that()
            .resideOutsideOfPackages(BASE + "kms.transit..", BASE + "federation.hashicorp..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.jopenlibs..");

    @ArchTest
    static final ArchRule tssJava_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "kms.tpm..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tss..");

    @ArchTest
    static final ArchRule acme4j_hasOneRoom = noClasses()
            .that()
            .resideOutsideOfPackage(BASE + "pki.acme..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.shredzone..", "org.jose4j..");

    /** Else a directory that a tenant names would be talked to by a client that goes anywhere. */
    @ArchTest
    static final ArchRule acme_talksThroughTheGuardAlone = noClasses()
            .that()
            .resideInAPackage(BASE + "pki.acme..")
            .should()
            .callMethod(java.net.http.HttpClient.class, "newHttpClient")
            .orShould()
            .callMethod(java.net.http.HttpClient.class, "newBuilder")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.net.Socket.class);

    /** It prints what a TPM refuses, repeats without end, and does not authenticate what comes back: only its structures are used. */
    @ArchTest
    static final ArchRule tssJava_talksToNoTpm = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching("tss\\.(Tpm|TpmBase|TpmDevice.*|TpmFactory|Crypto|Tss)|tss\\.tpm\\.Tpm");

    @ArchTest
    static final ArchRule packages_haveNoCycles =
            slices().matching(BASE + "(*).(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule packages_haveNamesOfTheirOwn = noClasses()
            .should()
            .resideInAnyPackage(
                    "..common..", "..util..", "..utils..", "..base..", "..helper..", "..impl..", "..misc..");

    @ArchTest
    static final ArchRule controllers_areNamedSo = classes()
            .that()
            .areAnnotatedWith(org.springframework.stereotype.Controller.class)
            .should()
            .haveSimpleNameEndingWith("Controller")
            .andShould()
            .resideInAPackage(BASE + "api..");
}
