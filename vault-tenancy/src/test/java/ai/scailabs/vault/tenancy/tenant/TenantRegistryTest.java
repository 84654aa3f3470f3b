package ai.scailabs.vault.tenancy.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.PartnerId;
import ai.scailabs.vault.kernel.id.TenantId;
import ai.scailabs.vault.tenancy.TenancyDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TenantRegistryTest {
    private static final PartnerId NORTH = new PartnerId("ptn_north");
    private static final PartnerId SOUTH = new PartnerId("ptn_south");

    private static TenancyDatabase database;

    @BeforeAll
    static void open() {
        database = TenancyDatabase.open();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void firstRequest_bringsPartnerTenantAndSharedSpace() throws Exception {
        TenantId tenant = new TenantId("tnt_first");

        TenantState state = registry().require(tenant, NORTH);

        assertThat(state).isEqualTo(new TenantState(tenant, NORTH, true, 1, 30));
        assertThat(database.text("select partner_id from partner where partner_id = 'ptn_north'"))
                .isEqualTo("ptn_north");
        assertThat(database.text("select partner_id from tenant where tenant_id = 'tnt_first'"))
                .isEqualTo("ptn_north");
        assertThat(database.text("select partner_id from tenant where tenant_id = 'ptn_north'"))
                .isEqualTo("ptn_north");
    }

    @Test
    void tenantOfAnotherPartner_isRefused_alsoByAnInstanceThatHasNotSeenIt() throws Exception {
        TenantId tenant = new TenantId("tnt_taken");
        TenantRegistry seen = registry();
        seen.require(tenant, NORTH);

        assertDenied(() -> seen.require(tenant, SOUTH));
        assertDenied(() -> registry().require(tenant, SOUTH));
        assertThat(database.text("select count(*) from partner where partner_id = 'ptn_south'"))
                .as("a wrong claim leaves nothing behind")
                .isEqualTo("0");
        assertThat(seen.require(tenant, NORTH).partner()).isEqualTo(NORTH);
    }

    @Test
    void sharedSpaceOfAnotherPartner_isRefused_beforeAndAfterItExists() throws Exception {
        PartnerId west = new PartnerId("ptn_west");
        TenantId shared = TenantId.sharedBy(west);

        assertDenied(() -> registry().require(shared, SOUTH));
        assertThat(database.text("select count(*) from tenant where tenant_id = 'ptn_west'"))
                .isEqualTo("0");
        assertThat(registry().require(shared, west).partner()).isEqualTo(west);
        assertDenied(() -> registry().require(shared, SOUTH));
    }

    @Test
    void tenantThatIsAskedFor_isFoundUnderItsOwnPartnerOnly_andNeverMade() throws Exception {
        TenantId tenant = new TenantId("tnt_asked-for");
        TenantId unknown = new TenantId("tnt_asked-for-in-vain");
        TenantRegistry seen = registry();
        seen.require(tenant, NORTH);

        assertThat(seen.requireExisting(tenant, NORTH).partner()).isEqualTo(NORTH);
        assertThat(registry().requireExisting(tenant, NORTH).partner()).isEqualTo(NORTH);
        for (TenantRegistry each : List.of(seen, registry())) {
            assertNotFound(() -> each.requireExisting(tenant, SOUTH));
            assertNotFound(() -> each.requireExisting(unknown, SOUTH));
            assertNotFound(() -> each.requireExisting(unknown, NORTH));
        }
        assertThat(database.text("select count(*) from tenant where tenant_id = 'tnt_asked-for-in-vain'"))
                .isEqualTo("0");

        database.execute("update tenant set status = 'suspended' where tenant_id = 'tnt_asked-for'");

        assertDenied(() -> registry().requireExisting(tenant, NORTH));
        assertNotFound(() -> registry().requireExisting(tenant, SOUTH));
    }

    @Test
    void suspendedTenant_isRefused_byARunningInstanceOnceWhatItKnowsIsTooOld() throws Exception {
        TenantId tenant = new TenantId("tnt_suspended");
        TenantRegistry forgetful = new TenantRegistry(database.tenants(), Clock.systemUTC(), Duration.ZERO);
        forgetful.require(tenant, NORTH);

        database.execute("update tenant set status = 'suspended' where tenant_id = 'tnt_suspended'");

        assertDenied(() -> forgetful.require(tenant, NORTH));
        assertDenied(() -> registry().require(tenant, NORTH));

        database.execute("update tenant set status = 'active' where tenant_id = 'tnt_suspended'");

        assertThat(forgetful.require(tenant, NORTH).active()).isTrue();
    }

    @Test
    void changedSettingsAndEpoch_areSeenOnceWhatIsKnownIsTooOld() throws Exception {
        TenantId tenant = new TenantId("tnt_changed");
        TenantRegistry forgetful = new TenantRegistry(database.tenants(), Clock.systemUTC(), Duration.ZERO);
        forgetful.require(tenant, NORTH);

        database.execute("update tenant set soft_delete_days = 7, epoch = 9 where tenant_id = 'tnt_changed'");

        assertThat(forgetful.require(tenant, NORTH)).isEqualTo(new TenantState(tenant, NORTH, true, 9, 7));
    }

    @Test
    void knownTenant_costsNoStatement() throws Exception {
        TenantId tenant = new TenantId("tnt_remembered");
        TenantRegistry patient = new TenantRegistry(database.tenants(), Clock.systemUTC(), Duration.ofDays(1));
        patient.require(tenant, NORTH);

        database.execute("update tenant set epoch = 77 where tenant_id = 'tnt_remembered'");

        assertThat(patient.require(tenant, NORTH).epoch()).isEqualTo(1);
    }

    @Test
    void manyInstancesAtOnce_makeOneOfEach() throws Exception {
        PartnerId partner = new PartnerId("ptn_rush");
        TenantId tenant = new TenantId("tnt_rush");
        Callable<TenantState> first = () -> registry().require(tenant, partner);

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<TenantState>> all = threads.invokeAll(
                    IntStream.range(0, 64).mapToObj(i -> first).toList());
            for (Future<TenantState> one : all) {
                assertThat(one.get()).isEqualTo(new TenantState(tenant, partner, true, 1, 30));
            }
        }
    }

    @Test
    void tenantNamedByTwoPartnersAtOnce_belongsToOne() throws Exception {
        TenantId tenant = new TenantId("tnt_disputed");
        List<PartnerId> partners = List.of(new PartnerId("ptn_left"), new PartnerId("ptn_right"));
        int admitted = 0;

        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> all = threads.invokeAll(partners.stream()
                    .<Callable<Boolean>>map(partner -> () -> isAdmitted(tenant, partner))
                    .toList());
            for (Future<Boolean> one : all) {
                admitted += one.get() ? 1 : 0;
            }
        }

        assertThat(admitted).isEqualTo(1);
    }

    private static boolean isAdmitted(TenantId tenant, PartnerId partner) {
        try {
            registry().require(tenant, partner);
            return true;
        } catch (VaultException e) {
            assertThat(e.code()).isEqualTo(ErrorCode.TENANT_ACCESS_DENIED);
            return false;
        }
    }

    private static TenantRegistry registry() {
        return new TenantRegistry(database.tenants(), Clock.systemUTC());
    }

    private static void assertDenied(Callable<?> call) {
        assertRefused(ErrorCode.TENANT_ACCESS_DENIED, call);
    }

    private static void assertNotFound(Callable<?> call) {
        assertRefused(ErrorCode.TENANT_NOT_FOUND, call);
    }

    private static void assertRefused(ErrorCode code, Callable<?> call) {
        assertThatThrownBy(call::call)
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(code));
    }
}
