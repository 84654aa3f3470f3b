package ai.scailabs.vault.tenancy.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.crypto.envelope.EnvelopeCipher;
import ai.scailabs.vault.crypto.envelope.KeyChain;
import ai.scailabs.vault.crypto.envelope.WrappedKey;
import ai.scailabs.vault.crypto.key.KeyId;
import ai.scailabs.vault.crypto.root.RootKeySet;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.Ids;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.kms.local.LocalFileRootKey;
import ai.scailabs.vault.tenancy.TenancyDatabase;
import ai.scailabs.vault.tenancy.tenant.TenantRegistry;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class StoredKeyringsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    static Path folder;

    private static TenancyDatabase database;

    private FaultyRootKey root;
    private EnvelopeCipher cipher;
    private StoredKeyrings keyrings;
    private PartnerId partner;
    private TenantId tenant;

    @BeforeAll
    static void open() {
        database = TenancyDatabase.open();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void registerOneTenant(TestInfo test) {
        root = new FaultyRootKey(LocalFileRootKey.openOrCreate(folder.resolve("root.key"), RANDOM));
        cipher = new EnvelopeCipher(
                new RootKeySet(List.of(root), Duration.ofSeconds(1)), new Ids(Clock.systemUTC(), RANDOM), RANDOM);
        keyrings = anotherInstance();
        String name = test.getTestMethod().orElseThrow().getName();
        partner = new PartnerId("ptn_" + name.substring(0, Math.min(60, name.length())));
        tenant = registered("a");
    }

    @Test
    void firstUseByManyAtOnce_makesOneKeyEach() throws Exception {
        Callable<KeyChain> first = () -> anotherInstance().active(tenant, partner, 1);
        Set<KeyId> tenantKeys = new HashSet<>();
        Set<KeyId> partnerKeys = new HashSet<>();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<KeyChain> one : threads.invokeAll(
                    IntStream.range(0, 64).mapToObj(i -> first).toList())) {
                tenantKeys.add(one.get().tenantKeyId());
                partnerKeys.add(one.get().partnerKeyId());
            }
        }

        assertThat(tenantKeys).hasSize(1);
        assertThat(partnerKeys).hasSize(1);
        assertThat(keyCount("tenant_key", "tenant_id", tenant.value())).isEqualTo("1");
        assertThat(keyCount("partner_key", "partner_id", partner.value())).isEqualTo("1");
    }

    @Test
    void firstUseByTwoTenantsOfOnePartnerAtOnce_sharesThePartnerKeyOnly() throws Exception {
        TenantId sibling = registered("b");
        List<Callable<KeyChain>> calls = IntStream.range(0, 32)
                .<Callable<KeyChain>>mapToObj(i ->
                        () -> anotherInstance().active(i % 2 == 0 ? tenant : sibling, partner, 1))
                .toList();
        Set<KeyId> tenantKeys = new HashSet<>();
        Set<KeyId> partnerKeys = new HashSet<>();

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<KeyChain> one : threads.invokeAll(calls)) {
                tenantKeys.add(one.get().tenantKeyId());
                partnerKeys.add(one.get().partnerKeyId());
            }
        }

        assertThat(tenantKeys).hasSize(2);
        assertThat(partnerKeys).hasSize(1);
    }

    @Test
    void rootKeyDown_isKmsUnavailableAndStoresNothing() throws Exception {
        root.goDownAfter(0);

        assertFails(ErrorCode.KMS_UNAVAILABLE, () -> keyrings.active(tenant, partner, 1));

        assertThat(keyCount("partner_key", "partner_id", partner.value())).isEqualTo("0");
        assertThat(keyCount("tenant_key", "tenant_id", tenant.value())).isEqualTo("0");
        root.recover();
        assertThat(keyrings.active(tenant, partner, 1).tenant()).isEqualTo(tenant);
    }

    @Test
    void endBetweenPartnerKeyAndTenantKey_isHealedByTheNextCall() throws Exception {
        root.goDownAfter(2);
        assertFails(ErrorCode.KMS_UNAVAILABLE, () -> keyrings.active(tenant, partner, 1));
        assertThat(keyCount("partner_key", "partner_id", partner.value())).isEqualTo("1");
        assertThat(keyCount("tenant_key", "tenant_id", tenant.value())).isEqualTo("0");
        String partnerKey = database.text("select key_id from partner_key where partner_id = '" + partner + "'");

        root.recover();
        KeyChain chain = anotherInstance().active(tenant, partner, 1);

        assertThat(chain.partnerKeyId().value()).hasToString(partnerKey);
        assertThat(cipher.mac(chain, "proof", new byte[0])).hasSize(32);
    }

    @Test
    void rootKey_isNeverAskedInsideATransaction() {
        root.observe(() -> {
            try {
                return !"0"
                        .equals(
                                database.text(
                                        "select count(*) from pg_stat_activity where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()"));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });

        keyrings.active(tenant, partner, 1);

        assertThat(root.calls()).isEqualTo(3);
        assertThat(root.observed()).isFalse();
    }

    /** While the first key of a tenant is wrapped, the key that wraps it gives way to the next. */
    @Test
    void firstKeyThatARotationOvertakes_isMadeUnderTheNewGeneration() throws Exception {
        keyrings.active(tenant, partner, 1);
        TenantId sibling = registered("b");
        WrappedKey next = cipher.newPartnerKey(partner.value());
        AtomicBoolean rotated = new AtomicBoolean();
        root.observe(() -> {
            if (rotated.compareAndSet(false, true)) {
                rotatePartnerKey(next);
            }
            return false;
        });

        KeyChain chain = keyrings.active(sibling, partner, 1);

        assertThat(rotated).isTrue();
        assertThat(chain.partnerKeyId()).isEqualTo(next.id());
        assertThat(keyCount("tenant_key", "tenant_id", sibling.value())).isEqualTo("1");
        assertThat(cipher.mac(chain, "proof", new byte[0])).hasSize(32);
    }

    private void rotatePartnerKey(WrappedKey next) {
        try {
            database.execute("update partner_key set state = 'retired' where partner_id = '" + partner + "'");
            database.execute(
                    "insert into partner_key (partner_id, key_id, generation, state, root_key_ids, wrapped_key, created_at)"
                            + " values ('" + partner + "', '" + next.id().value() + "', 2, 'active', '{r}', '\\x"
                            + HexFormat.of().formatHex(next.wrapped()) + "', now())");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void storedKeys_openAfterARestart() {
        KeyChain made = keyrings.active(tenant, partner, 1);

        KeyChain found = anotherInstance().active(tenant, partner, 1);

        assertThat(found).isEqualTo(made);
        assertThat(cipher.mac(found, "proof", new byte[] {1})).isEqualTo(cipher.mac(made, "proof", new byte[] {1}));
    }

    @Test
    void row_namesTheRootKeyThatWrapsIt() throws Exception {
        keyrings.active(tenant, partner, 1);

        assertThat(database.text("select root_key_ids[1] from partner_key where partner_id = '" + partner + "'"))
                .isEqualTo(root.id());
    }

    @Test
    void wrongPartner_isRefusedBeforeAndAfterKeysExist() throws Exception {
        PartnerId stranger = new PartnerId("ptn_stranger");

        assertFails(ErrorCode.TENANT_ACCESS_DENIED, () -> keyrings.active(tenant, stranger, 1));
        long epoch = epochAfterUse();
        assertFails(ErrorCode.TENANT_ACCESS_DENIED, () -> keyrings.active(tenant, stranger, epoch));
        assertFails(ErrorCode.TENANT_ACCESS_DENIED, () -> anotherInstance().active(tenant, stranger, epoch));
        assertThat(keyCount("partner_key", "partner_id", "ptn_stranger")).isEqualTo("0");
    }

    @Test
    void unregisteredTenant_getsNoKeys() throws Exception {
        TenantId unknown = new TenantId("tnt_never_seen");

        assertThatThrownBy(() -> keyrings.active(unknown, partner, 1)).isInstanceOf(IllegalStateException.class);

        assertThat(root.calls()).isZero();
        assertThat(keyCount("tenant_key", "tenant_id", unknown.value())).isEqualTo("0");
    }

    @Test
    void sharedSpace_hasATenantKeyOfItsOwn() {
        TenantId shared = TenantId.sharedBy(partner);

        KeyChain own = keyrings.active(tenant, partner, 1);
        KeyChain common = keyrings.active(shared, partner, 1);

        assertThat(common.tenantKeyId()).isNotEqualTo(own.tenantKeyId());
        assertThat(common.partnerKeyId()).isEqualTo(own.partnerKeyId());
        assertFails(ErrorCode.INTEGRITY_FAILURE, () -> keyrings.chain(tenant, common.tenantKeyId(), 1));
        assertFails(ErrorCode.INTEGRITY_FAILURE, () -> keyrings.chain(shared, own.tenantKeyId(), 1));
    }

    @Test
    void keyOfAnotherTenant_isNotFound() {
        TenantId sibling = registered("b");
        KeyChain own = keyrings.active(tenant, partner, 1);

        assertFails(ErrorCode.INTEGRITY_FAILURE, () -> keyrings.chain(sibling, own.tenantKeyId(), 1));
        assertThat(keyrings.chain(tenant, own.tenantKeyId(), 1)).isEqualTo(own);
    }

    @Test
    void rowLevelSecurity_hidesKeysOfOtherTenantsAndPartners() {
        TenantId sibling = registered("b");
        PartnerId otherPartner = new PartnerId("ptn_other_" + tenant.value().length());
        TenantId stranger = new TenantId("tnt_of_other_partner");
        registry().require(stranger, otherPartner);
        keyrings.active(tenant, partner, 1);
        keyrings.active(stranger, otherPartner, 1);

        assertThat(tenants(tenant)).containsExactly(tenant.value());
        assertThat(tenants(sibling)).isEmpty();
        assertThat(partners(tenant)).containsExactly(partner.value());
        assertThat(partners(sibling)).containsExactly(partner.value());
        assertThat(partners(stranger)).containsExactly(otherPartner.value());
    }

    @Test
    void chainOfTheSameEpoch_isNotReadAgain_andOfAnotherIs() throws Exception {
        KeyChain before = keyrings.active(tenant, partner, 1);
        long epoch = epochAfterUse();
        rotate(before);

        assertThat(keyrings.active(tenant, partner, epoch)).isEqualTo(before);
        long bumped = Long.parseLong(database.text("select epoch from tenant where tenant_id = '" + tenant + "'"));
        assertThat(bumped).isGreaterThan(epoch);
        KeyChain after = keyrings.active(tenant, partner, bumped);

        assertThat(after.tenantKeyId()).isNotEqualTo(before.tenantKeyId());
        assertThat(keyrings.chain(tenant, before.tenantKeyId(), bumped)).isEqualTo(before);
    }

    @Test
    void destroyedKey_isGoneWithTheEpoch() throws Exception {
        KeyChain chain = keyrings.active(tenant, partner, 1);
        database.execute("delete from tenant_key where tenant_id = '" + tenant + "'");
        long bumped = Long.parseLong(database.text("select epoch from tenant where tenant_id = '" + tenant + "'"));

        assertFails(ErrorCode.INTEGRITY_FAILURE, () -> keyrings.chain(tenant, chain.tenantKeyId(), bumped));
    }

    /** Makes a second generation by hand, as a rotation will. */
    private void rotate(KeyChain old) throws SQLException {
        database.execute("update tenant_key set state = 'retired' where tenant_id = '" + tenant + "'");
        var next = cipher.newTenantKey(tenant, partner.value(), old.partnerKeyId(), old.wrappedPartnerKey());
        database.tenants()
                .update(
                        tenant,
                        "insert into tenant_key (tenant_id, key_id, generation, state, partner_id, partner_key_id, wrapped_key, created_at)"
                                + " values (?, ?, 2, 'active', ?, ?, ?, now())",
                        tenant.value(),
                        next.id().value(),
                        partner.value(),
                        old.partnerKeyId().value(),
                        next.wrapped());
    }

    private long epochAfterUse() throws SQLException {
        keyrings.active(tenant, partner, 1);
        return Long.parseLong(database.text("select epoch from tenant where tenant_id = '" + tenant + "'"));
    }

    private TenantId registered(String suffix) {
        TenantId id = new TenantId("tnt_"
                + partner.value().substring(4, Math.min(60, partner.value().length())) + "_" + suffix);
        registry().require(id, partner);
        return id;
    }

    private static TenantRegistry registry() {
        return new TenantRegistry(database.tenants(), Clock.systemUTC());
    }

    private StoredKeyrings anotherInstance() {
        return new StoredKeyrings(database.tenants(), cipher, Clock.systemUTC());
    }

    private static List<String> tenants(TenantId asSeenBy) {
        return database.tenants().query(asSeenBy, "select tenant_id from tenant_key", (row, n) -> row.getString(1));
    }

    private static List<String> partners(TenantId asSeenBy) {
        return database.tenants().query(asSeenBy, "select partner_id from partner_key", (row, n) -> row.getString(1));
    }

    private static String keyCount(String table, String column, String owner) throws SQLException {
        return database.text("select count(*) from " + table + " where " + column + " = '" + owner + "'");
    }

    private static void assertFails(ErrorCode code, Callable<?> call) {
        assertThatThrownBy(call::call)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
