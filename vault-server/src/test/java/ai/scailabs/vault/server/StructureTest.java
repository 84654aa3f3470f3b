package ai.scailabs.vault.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.pki.serving.ServingCertificate;
import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Cache;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentMap;
import javax.crypto.Mac;

/** Faults of others that cannot be ours, because what they are made of is not there. {@link ArchitectureTest} holds the shape of the house; this, what is not in it. */
@AnalyzeClasses(packages = "ai.scailabs.vault", importOptions = ImportOption.DoNotIncludeTests.class)
class StructureTest {
    private static final String BASE = "ai.scailabs.vault.";
    private static final String[] NOT_SHIPPED = {BASE + "dev..", BASE + "bench..", BASE + "testkit.."};

    /** Everything that lives as long as the service and grows with what callers send, and by what it is bounded. */
    private static final Map<String, String> BOUNDED = new TreeMap<>(Map.ofEntries(
            Map.entry("access.decision.PolicyCache.compiled", "500,000 rules and bindings"),
            Map.entry("access.decision.PolicyCache.reads", "one for each tenant whose policies are being read"),
            Map.entry(
                    "credentials.connector.postgresql.PostgresConnections.idle",
                    "as many as a target is given connections, 4"),
            Map.entry("access.exchange.AwsProof.proved", "10,000 that have proved who they are"),
            Map.entry("access.token.ForeignTokens.issuers", "5,000 that trusts name"),
            Map.entry("access.token.ForeignTokens.places", "one for each tenant that an issuer is being asked for"),
            Map.entry("access.token.LocalIssuers.remembered", "10,000 tenants"),
            Map.entry("access.quota.Quota.identities", "100,000, and two minutes"),
            Map.entry("access.quota.Quota.tenants", "100,000, and two minutes"),
            Map.entry("access.revocation.RevocationList.reads", "one for each tenant whose list is being read"),
            Map.entry("access.revocation.RevocationList.remembered", "500,000 revocations"),
            Map.entry("access.token.PersonalTokens.good", "50,000 tokens that were good"),
            Map.entry("access.token.PersonalTokens.refusedAtMillis", "10,000, and five seconds"),
            Map.entry(
                    "access.token.SharedWork.underWay",
                    "one for each token that is being verified or asked about; the cache beside it else"),
            Map.entry(
                    "access.token.TokenAuthenticator.verified",
                    "50,000 tokens that are good; what is refused is not kept"),
            Map.entry("api.request.CallInterceptor.rules", "the handlers"),
            Map.entry("api.request.EndpointAdapter.arguments", "the handlers"),
            Map.entry("api.request.RefusalRows.open", "requests that wait for their row, of identities that are known"),
            Map.entry("api.request.RefusalRows.paced", "10,000, and a fifth of a second"),
            Map.entry("api.request.RequestMetrics.recorders", "methods, categories and statuses that are known"),
            Map.entry("api.secrets.SecretMetrics.reads", "tenants that ScaiKey names, and types of secrets"),
            Map.entry("api.secrets.SecretMetrics.writes", "tenants that ScaiKey names"),
            Map.entry("audit.export.ProofWriter.leftOut", "subtrees of different heights, up and down: 126"),
            Map.entry("audit.proof.LogWalk.ahead", "4,096 leaves, and the row that the last of them lies in"),
            Map.entry("crypto.root.SharedUnwraps.inFlight", "one for each key that is being unwrapped"),
            Map.entry("federation.hashicorp.KvNames.folders", "10,000 that one list finds"),
            Map.entry("federation.hashicorp.Mounts.known", "64 mounts of one vault"),
            Map.entry("federation.proxy.OpenVaults.lines", "2,000 backends, and 15 minutes"),
            Map.entry("federation.proxy.ProxyMounts.reads", "one for each tenant whose backends are being looked up"),
            Map.entry("federation.proxy.ProxyMounts.tables", "10,000 tenants"),
            Map.entry("identity.event.EventIntake.results", "the outcomes that an event can have"),
            Map.entry("kms.azure.AzureConnection.clients", "versions of two keys, 64"),
            Map.entry("kms.azure.SigningKeys.versions", "versions of one key, 64"),
            Map.entry("kms.credential.CredentialFile.KNOWN", "files that settings name"),
            Map.entry("kms.guard.RememberedUnwraps.remembered", "10,000 keys, and five minutes"),
            Map.entry("kms.pkcs11.HsmCalls.idle", "sessions of calls that were made at the same time"),
            Map.entry("kms.transit.RefusedCredentials.REFUSED", "one for each role that a setting names"),
            Map.entry("kms.tpm.TpmDevice.KNOWN", "devices that settings name"),
            Map.entry("persistence.jdbc.ConnectionThreads.queue", "4,096"),
            Map.entry("persistence.jdbc.GroupCommitter.queue", "what its maker says"),
            Map.entry("persistence.tenant.TenantTransactions.withTenant", "the statements of the program"),
            Map.entry("pki.dns.vendor.VendorZones.turns", "10,000, and as long as somebody holds one"),
            Map.entry("pki.acme.Directories.remembered", "500 directories, for ten minutes"),
            Map.entry("pki.inventory.CertificateCensus.counted", "one for each tenant that is served"),
            Map.entry("pki.issuance.SampleKeys.keys", "one public key for each kind"),
            Map.entry("pki.ocsp.OcspService.answers", "20,000, of certificates that were issued"),
            Map.entry("pki.ocsp.OcspService.authorities", "20,000"),
            Map.entry("pki.ocsp.Responders.held", "20,000 keys"),
            Map.entry("pki.issuer.Issuance.known", "2,000 authorities, without their keys"),
            Map.entry("pki.issuer.Issuance.seen", "2,000 authorities, their keys sealed"),
            Map.entry("pki.issuer.SerialNumbers.stocks", "2,000 authorities"),
            Map.entry("pki.issuer.SerialNumbers$Stock.numbers", "64"),
            Map.entry("pki.role.RoleRepository.read", "2,000 roles"),
            Map.entry("pki.role.RoleRepository.sought", "2,000 roles"),
            Map.entry("secrets.lifecycle.AccessTimes.reads", "100,000"),
            Map.entry("secrets.secret.RememberedSecrets.secrets", "a share of the heap"),
            Map.entry("tenancy.keyring.StoredKeyrings.remembered", "20,000"),
            Map.entry("tenancy.tenant.TenantRegistry.remembered", "100,000 tenants that ScaiKey names")));

    /** Where arrays of bytes are compared that are no proof of anything: keys that are wrapped, headers and names (every root key has them), addresses, files. */
    private static final Set<String> COMPARE_NO_PROOF = Set.of(
            "api.listener.TlsListener",
            // Hashes of the audit log, which are public.
            "audit.merkle.TreeHash",
            // Whether a value is the one that is there already.
            "credentials.recipe.MergedMembers",
            "crypto.envelope.KeyChain",
            "crypto.envelope.KeyWrap",
            "crypto.envelope.SealedValue",
            "crypto.envelope.WrappedKey",
            // What keys in an HSM are called.
            "crypto.hsm.HsmKeyName",
            "crypto.root.RootWraps",
            "crypto.root.UnwrapRequest",
            "kernel.net.AddressRange",
            "kms",
            // Certificates, and what stands in them, which are public.
            "pki.hsm.HsmReference",
            "pki.issuer.ForeignChain",
            "pki.ocsp.IssuerNames",
            "pki.ocsp.OcspQuestion",
            "pki.validation.NameForms$Ip",
            "pki.validation.NameMatch",
            "pki.validation.PathBuilder",
            "pki.validation.PathCertificate",
            "pki.validation.ProfileChecks",
            "pki.validation.RevocationCheck$ByLists",
            "pki.validation.RevocationList",
            "pki.x509.AuthorityRules",
            "pki.x509.CertificationRequest",
            "pki.x509.CrlLint",
            "pki.x509.CrlRules",
            "pki.x509.CrlSigner",
            "pki.x509.DecodedConstraints",
            "pki.x509.FieldRules",
            // Where the lines of PEM begin and end.
            "pki.x509.ForeignKey$Block",
            "pki.x509.KeyRules",
            "pki.x509.PresentedCertificate",
            "pki.x509.Subject",
            "pki.x509.SubjectKey",
            "pki.x509.TbsView");

    /** Advisories CVE-2025-6000 and CVE-2026-5051: no request leads to a file; settings, what keeps the root key and certificates do, at the start or by their own path; and a restore drill and the verifier of exports, which serve no request. */
    @ArchTest
    static final ArchRule files_areForSettingsKeysAndCertificatesOnly = noClasses()
            .that()
            .resideOutsideOfPackages(NOT_SHIPPED)
            .and()
            .resideOutsideOfPackages(
                    BASE + "kms..",
                    BASE + "server.settings..",
                    BASE + "server.drill..",
                    BASE + "audit.verify..",
                    BASE + "server",
                    BASE + "api.listener..")
            .and()
            // Authorities that a setting names.
            .doNotHaveFullyQualifiedName(BASE + "outbound.http.OutboundTls")
            .and()
            // The one file where Kubernetes puts it.
            .doNotHaveFullyQualifiedName(BASE + "federation.hashicorp.OwnToken")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.nio.file.Files")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.io\\.(File|FileInputStream|FileOutputStream|FileReader|FileWriter|RandomAccessFile)")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("java.nio.channels..");

    @ArchTest
    static final ArchRule programs_areNotStarted = noClasses()
            .that()
            .resideOutsideOfPackages(NOT_SHIPPED)
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.lang.ProcessBuilder")
            .orShould()
            .callMethod(Runtime.class, "exec", String.class)
            .orShould()
            .callMethod(Runtime.class, "exec", String[].class)
            .orShould()
            .callMethod(Runtime.class, "load", String.class)
            .orShould()
            .callMethod(System.class, "load", String.class);

    /** Advisories CVE-2025-49828 and CVE-2025-49830: nothing reads text as a program, a class, a document with entities or a name to look up. */
    @ArchTest
    static final ArchRule textIsNeverInterpreted = noClasses()
            .that()
            .resideOutsideOfPackages(NOT_SHIPPED)
            .and()
            // Reads the document of the API, which is part of the program, as plain data.
            .doNotHaveFullyQualifiedName(BASE + "api.system.ApiDocument")
            .and()
            // Reads what AWS answers, event by event, without entities, types of documents or anything else to fetch.
            .doNotHaveFullyQualifiedName(BASE + "access.exchange.CallerIdentity")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "javax.script..",
                    "javax.naming..",
                    "javax.xml..",
                    "java.beans..",
                    "java.rmi..",
                    "org.yaml..",
                    "org.springframework.expression..",
                    "org.springframework.scripting..",
                    "freemarker..",
                    "org.thymeleaf..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.ObjectInputStream")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("com\\.fasterxml\\.jackson\\.annotation\\.Json(TypeInfo|SubTypes)")
            .orShould()
            .dependOnClassesThat()
            .resideInAPackage("tools.jackson.databind.jsontype..");

    /** They follow redirects, wait without end and take any protocol. */
    @ArchTest
    static final ArchRule urls_areNotOpened = noClasses()
            .that()
            .resideOutsideOfPackages(NOT_SHIPPED)
            .should()
            .callMethod(java.net.URL.class, "openStream")
            .orShould()
            .callMethod(java.net.URL.class, "openConnection")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.net.URLConnection.class);

    /** Advisories CVE-2025-62513 and CVE-2025-62705: objects become JSON where what is not plain is redacted, and nowhere else. */
    @ArchTest
    static void objects_becomeJsonWhereTheyAreRedacted(JavaClasses classes) {
        Set<String> writers = new TreeSet<>();
        for (JavaClass each : shipped(classes)) {
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                boolean json = call.getTargetOwner().getName().startsWith("tools.jackson.");
                if (json
                        && Set.of("writePOJO", "writeValueAsString", "writeValueAsBytes", "writeValue", "valueToTree")
                                .contains(call.getName())) {
                    writers.add(nameOf(each));
                }
            }
        }
        // The first eight redact; the others write trees of JSON that they have made or read themselves, or the
        // document
        // of the API.
        assertThat(writers)
                .containsExactlyInAnyOrder(
                        "api.answer.JsonWriter",
                        "api.request.JsonBody",
                        "pki.role.RoleText",
                        "audit.trail.AuditRows",
                        "audit.verify.VerifyCommand",
                        "audit.export.DestinationJson",
                        "audit.export.ExportFilters",
                        "audit.export.ManifestText",
                        "server.drill.DrillReport",
                        "tenancy.erasure.ErasureReport",
                        "access.decision.Mandate",
                        "access.decision.StandingRight",
                        "credentials.rotation.AwsKeyRotation",
                        "credentials.rotation.WebhookCalls",
                        "credentials.dynamic.aws.AwsSource",
                        "credentials.dynamic.azure.AzureSource",
                        "credentials.dynamic.custom.CustomSource",
                        "credentials.dynamic.gcp.AccountKeys",
                        "credentials.dynamic.gcp.GcpSource",
                        "credentials.dynamic.ssh.OneTimePassword",
                        "credentials.dynamic.ssh.SshSource",
                        "events.outbox.EventBody",
                        "access.policy.RulesJson",
                        "access.trust.TermsJson",
                        "federation.backend.BackendRepository",
                        // What another vault says of a secret beside its value.
                        "federation.remote.RemoteDescription",
                        "federation.sync.CopyRepository",
                        "federation.sync.RunRepository",
                        // A value in one form, for its MAC; wiped.
                        "federation.sync.Fingerprints",
                        // A value of another vault, which becomes the bytes of one of ours.
                        "federation.remote.RemoteValues",
                        // What is shown at a login.
                        "outbound.google.ServiceAccountKey",
                        "federation.hashicorp.VaultLogin",
                        "pki.dns.DnsProviderRepository",
                        "pki.dns.rest.RestCalls",
                        "pki.issuer.ConstraintsJson",
                        // What a directory said of an order, bounded.
                        "pki.acme.OrderRows",
                        "secrets.secret.Metadata",
                        "api.system.ApiDocument");
    }

    /** Everybody else's way to a private key leads past policies. */
    @ArchTest
    static void keysWithoutACaller_areForTheServicesOwnTlsAlone(JavaClasses classes) {
        Set<String> users = new TreeSet<>();
        for (JavaClass each : shipped(classes)) {
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                boolean opens = call.getTargetOwner().isEquivalentTo(ServingCertificate.class)
                        && call.getName().equals("open");
                if (opens || call.getName().equals("forServing")) {
                    users.add(nameOf(each) + " " + call.getName());
                }
            }
        }
        assertThat(users).containsExactly("server.tls.ManagedTls open", "server.wiring.TlsWiring forServing");
    }

    /** Advisory GHSA-34fc-gh42-pj53 and its like. */
    @ArchTest
    static void proofs_areComparedInConstantTime(JavaClasses classes) {
        Set<String> plain = new TreeSet<>();
        for (JavaClass each : shipped(classes)) {
            boolean makesProofs = each.getDirectDependenciesFromSelf().stream()
                    .anyMatch(dependency -> dependency.getTargetClass().isEquivalentTo(Mac.class));
            for (JavaMethodCall call : each.getMethodCallsFromSelf()) {
                boolean ofBytes = call.getTarget().getRawParameterTypes().stream()
                        .anyMatch(type -> type.getName().equals("[B"));
                boolean compares = Set.of("equals", "compare", "compareUnsigned", "mismatch")
                        .contains(call.getName());
                if (call.getTargetOwner().isEquivalentTo(Arrays.class) && ofBytes && compares) {
                    plain.add(nameOf(each).startsWith("kms.") ? "kms" : nameOf(each));
                    assertThat(makesProofs)
                            .as("%s makes MACs and compares bytes one by one", each.getName())
                            .isFalse();
                }
            }
        }
        assertThat(plain).isEqualTo(new TreeSet<>(COMPARE_NO_PROOF));
        for (String checker : Set.of("crypto.key.KeyMaterial", "tenancy.keyring.TenantMac")) {
            assertThat(classes.get(BASE + checker).getMethodCallsFromSelf())
                    .anyMatch(call -> call.getTargetOwner().isEquivalentTo(MessageDigest.class)
                            && call.getName().equals("isEqual"));
        }
    }

    /** Advisories CVE-2024-8185 and CVE-2025-6203: nothing grows without a bound that somebody has written down. */
    @ArchTest
    static void memoryThatIsShared_isBounded(JavaClasses classes) {
        Set<String> found = new TreeSet<>();
        for (JavaClass each : shipped(classes)) {
            for (JavaField field : each.getFields()) {
                JavaClass type = field.getRawType();
                if (type.isAssignableTo(ConcurrentMap.class)
                        || type.isAssignableTo(Cache.class)
                        || type.isAssignableTo(AsyncCache.class)
                        || type.isAssignableTo(Queue.class)) {
                    found.add(nameOf(each) + "." + field.getName());
                }
            }
        }
        assertThat(found).as("what is new is listed with its bound").isEqualTo(BOUNDED.keySet());
        for (JavaClass each : shipped(classes)) {
            boolean makesOne = each.getConstructorCallsFromSelf().stream()
                    .anyMatch(call -> call.getTargetOwner().isAssignableTo(ConcurrentMap.class));
            boolean listed = BOUNDED.keySet().stream().anyMatch(field -> field.startsWith(nameOf(each) + "."));
            assertThat(!makesOne || listed)
                    .as("%s keeps a map under another type", each.getName())
                    .isTrue();
        }
        assertThat(BOUNDED.values()).noneMatch(String::isBlank);
    }

    private static Iterable<JavaClass> shipped(JavaClasses classes) {
        return classes.stream()
                .filter(each -> !each.getPackageName().matches("ai\\.scailabs\\.vault\\.(dev|bench|testkit)(\\..*)?"))
                .toList();
    }

    private static String nameOf(JavaClass type) {
        return type.getName().substring(BASE.length());
    }
}
