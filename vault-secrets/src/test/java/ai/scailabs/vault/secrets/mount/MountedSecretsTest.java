package ai.scailabs.vault.secrets.mount;

import static ai.scailabs.vault.secrets.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import ai.scailabs.vault.access.identity.Actor;
import ai.scailabs.vault.access.identity.Caller;
import ai.scailabs.vault.access.policy.Permission;
import ai.scailabs.vault.audit.trail.AuditAction;
import ai.scailabs.vault.kernel.error.ErrorCode;
import ai.scailabs.vault.kernel.error.VaultException;
import ai.scailabs.vault.kernel.id.IdentityId;
import ai.scailabs.vault.kernel.path.SecretPath;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.secrets.TestVault;
import ai.scailabs.vault.secrets.listing.ListPage;
import ai.scailabs.vault.secrets.listing.ListQuery;
import ai.scailabs.vault.secrets.listing.MetadataBatch;
import ai.scailabs.vault.secrets.secret.BatchResult;
import ai.scailabs.vault.secrets.secret.Precondition;
import ai.scailabs.vault.secrets.secret.RevealedSecret;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountedSecretsTest {
    @TempDir
    Path folder;

    private TestVault vault;
    private Actor owner;
    private Shelf shelf;

    @BeforeEach
    void open() {
        vault = TestVault.open(folder);
        owner = vault.owner();
        shelf = new Shelf(Map.of("ext/a", "{\"k\":1}", "ext/b/c", "{\"k\":2}"));
        vault.mounted = shelf;
    }

    @AfterEach
    void close() {
        vault.close();
    }

    @Test
    void aMountedPath_isReadElsewhere() {
        try (RevealedSecret secret = read(owner, "ext/a")) {
            assertThat(new String(secret.data().expose(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"k\":1}");
            assertThat(secret.view().source()).isEqualTo(Shelf.SOURCE);
            assertThat(secret.view().version()).isEqualTo(3);
        }
        assertThat(shelf.readers).containsExactly(owner.identity());
    }

    @Test
    void aMountedPath_isNotChanged() {
        Caller caller = Caller.fromSomewhere(owner);
        SecretPath path = new SecretPath("ext/a");

        refused(ErrorCode.BACKEND_READ_ONLY, () -> vault.put(owner, "ext/a", "{}"));
        refused(ErrorCode.BACKEND_READ_ONLY, () -> vault.put(owner, "ext/new", "{}"));
        refused(
                ErrorCode.BACKEND_READ_ONLY,
                () -> vault.secrets.softDelete(
                        vault.access.require(caller, Permission.DELETE, path),
                        TestVault.space(owner),
                        path,
                        Precondition.ANY,
                        vault.entry(owner, AuditAction.DELETE, "ext/a")));
    }

    /** What this instance remembers of a path is worth nothing once that is mounted. */
    @Test
    void whatWasOursBefore_isNotLookedAt() {
        vault.mounted = MountTable.EMPTY;
        vault.put(owner, "ext/a", "{\"k\":\"ours\"}");
        read(owner, "ext/a").close();
        vault.mounted = shelf;
        Caller caller = Caller.fromSomewhere(owner);
        SecretPath path = new SecretPath("ext/a");

        assertThat(vault.secrets.recall(
                        vault.access.require(caller, Permission.READ, path), TestVault.space(owner), path))
                .isNull();
        refused(ErrorCode.BACKEND_READ_ONLY, () -> vault.put(owner, "ext/a", "{}"));
        try (RevealedSecret secret = read(owner, "ext/a")) {
            assertThat(new String(secret.data().expose(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"k\":1}");
        }
    }

    @Test
    void aRightThatIsWithdrawnMeanwhile_revealsNothing() {
        Actor reader = vault.actor(owner.tenant(), owner.partner(), "user:reader", Set.of());
        String policy = vault.grant(reader, "ext/**", "read");
        shelf.meanwhile = path -> vault.withdraw(owner, policy);

        refused(ErrorCode.ACCESS_DENIED, () -> read(reader, "ext/a"));
    }

    @Test
    void aMountThatIsChangedMeanwhile_isReadAnew_andWhatItGaveIsShownToNobody() {
        vault.mounted = MountTable.EMPTY;
        vault.put(owner, "ext/a", "{\"ours\":1}");
        vault.mounted = shelf;
        shelf.meanwhile = path -> vault.mounted = MountTable.EMPTY;

        try (RevealedSecret secret = read(owner, "ext/a")) {
            assertThat(new String(secret.data().expose(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"ours\":1}");
        }
        vault.mounted = shelf;
        assertThat(vault.secrets
                        .metadata(
                                vault.access.require(owner, Permission.LIST, new SecretPath("ext/a")),
                                TestVault.space(owner),
                                new SecretPath("ext/a"))
                        .secret()
                        .source())
                .isNull();
    }

    @Test
    void aMountThatChangesAllTheTime_revealsNothing() {
        changesWheneverRead(shelf);

        refused(ErrorCode.SERVICE_UNAVAILABLE, () -> read(owner, "ext/a"));
    }

    private void changesWheneverRead(Shelf mounted) {
        mounted.meanwhile = path -> {
            Shelf next = new Shelf(Map.of("ext/a", "{}"));
            changesWheneverRead(next);
            vault.mounted = next;
        };
    }

    @Test
    void aPathThatIsCopied_isReadHere_andNotChanged() {
        vault.mounted = MountTable.EMPTY;
        vault.put(owner, "ext/a", "{\"copy\":1}");
        vault.mounted = new MountTable() {
            @Override
            public @Nullable Mount covering(SecretPath path) {
                return null;
            }

            @Override
            public MountSource sourceOf(SecretPath path) {
                return Shelf.SOURCE;
            }

            @Override
            public List<Mount> all() {
                return List.of();
            }
        };

        try (RevealedSecret secret = read(owner, "ext/a")) {
            assertThat(new String(secret.data().expose(), StandardCharsets.UTF_8))
                    .isEqualTo("{\"copy\":1}");
        }
        refused(ErrorCode.BACKEND_READ_ONLY, () -> vault.put(owner, "ext/a", "{}"));
        refused(ErrorCode.BACKEND_READ_ONLY, () -> vault.put(owner, "ext/new", "{}"));
    }

    @Test
    void aBatch_tellsOfEachPathByItself() {
        vault.put(owner, "ours", "{}");
        shelf.meanwhile = path -> {
            if (path.equals("ext/b/c")) {
                throw new VaultException(ErrorCode.BACKEND_UNAVAILABLE, "gone");
            }
        };

        try (BatchResult result = vault.batch.read(
                Caller.fromSomewhere(owner),
                TestVault.space(owner),
                List.of(new SecretPath("ours"), new SecretPath("ext/a"), new SecretPath("ext/b/c")),
                null,
                false)) {
            assertThat(result.secrets().keySet()).extracting(SecretPath::value).containsExactly("ours", "ext/a");
            assertThat(result.errors().get(new SecretPath("ext/b/c")).code()).isEqualTo(ErrorCode.BACKEND_UNAVAILABLE);
        }
    }

    @Test
    void aList_hasBothInTheOrderOfPaths() {
        vault.put(owner, "app", "{}");
        vault.put(owner, "ext0", "{}");
        vault.put(owner, "zoo", "{}");
        List<String> paged = new ArrayList<>();
        String after = null;
        do {
            ListPage page = list(new ListQuery("", true, null, null, null, null, false, null, 2, after));
            assertThat(page.secrets().size() + page.mounted().size()).isLessThanOrEqualTo(2);
            paged.addAll(paths(page));
            after = page.nextAfter();
        } while (after != null);

        assertThat(paged).containsExactly("app", "ext/a", "ext/b/c", "ext0", "zoo");
        ListPage level = list(new ListQuery("ext/", false, null, null, null, null, false, null, 10, null));
        assertThat(paths(level)).containsExactly("ext/a");
        assertThat(level.folders()).containsExactly("ext/b/");
        assertThat(paths(list(new ListQuery("", true, "tagged", null, null, null, false, null, 10, null))))
                .isEmpty();
    }

    @Test
    void aList_showsNothingThatMayNotBeListed() {
        Actor lister = vault.actor(owner.tenant(), owner.partner(), "user:lister", Set.of());
        vault.grant(lister, "ext/b/*", "list");

        ListPage page =
                vault.listing.list(Caller.fromSomewhere(lister), TestVault.space(lister), ListQuery.below("", 10));

        assertThat(paths(page)).containsExactly("ext/b/c");
    }

    @Test
    void aVaultThatDoesNotAnswer_isToldOf_andHidesNothingElse() {
        vault.put(owner, "app", "{}");
        shelf.meanwhile = path -> {
            throw new VaultException(ErrorCode.BACKEND_UNAVAILABLE, "gone");
        };

        ListPage page = list(ListQuery.below("", 10));

        assertThat(paths(page)).containsExactly("app");
        assertThat(page.unavailable()).containsExactly(Shelf.SOURCE);
        refused(ErrorCode.BACKEND_UNAVAILABLE, () -> list(ListQuery.below("ext/", 10)));
    }

    @Test
    void metadata_areAskedForByName_andFoundByPattern() {
        MetadataBatch batch = vault.listing.metadataBatch(
                Caller.fromSomewhere(owner), TestVault.space(owner), List.of("ext/a", "ext/none", "ext/b/*"), true);

        assertThat(batch.secrets().keySet()).extracting(SecretPath::value).containsExactly("ext/a");
        assertThat(batch.mounted()).extracting(each -> each.path().value()).containsExactly("ext/b/c");
        assertThat(batch.errors().get(new SecretPath("ext/none")).code()).isEqualTo(ErrorCode.SECRET_NOT_FOUND);
    }

    private RevealedSecret read(Actor actor, String text) {
        SecretPath path = new SecretPath(text);
        return vault.secrets.read(
                vault.access.require(Caller.fromSomewhere(actor), Permission.READ, path),
                TestVault.space(actor),
                path,
                null);
    }

    private ListPage list(ListQuery query) {
        return vault.listing.list(Caller.fromSomewhere(owner), TestVault.space(owner), query);
    }

    private static List<String> paths(ListPage page) {
        TreeMap<String, Object> paths = new TreeMap<>();
        page.secrets().forEach(secret -> paths.put(secret.path().value(), secret));
        page.mounted().forEach(secret -> paths.put(secret.path().value(), secret));
        return List.copyOf(paths.keySet());
    }

    /** Another vault below {@code ext/}. */
    private static final class Shelf implements MountTable, Mount {
        static final MountSource SOURCE = new MountSource("fed_1", "shelf");

        private final Map<String, String> values;
        private final List<IdentityId> readers = new ArrayList<>();
        private volatile Consumer<String> meanwhile = path -> {};

        Shelf(Map<String, String> values) {
            this.values = values;
        }

        @Override
        public @Nullable Mount covering(SecretPath path) {
            return covers(path.value()) ? this : null;
        }

        @Override
        public List<Mount> all() {
            return List.of(this);
        }

        @Override
        public MountSource source() {
            return SOURCE;
        }

        @Override
        public boolean covers(String path) {
            return path.startsWith("ext/");
        }

        @Override
        public String prefix() {
            return "ext/";
        }

        private String value(SecretPath path) {
            meanwhile.accept(path.value());
            String value = values.get(path.value());
            if (value == null) {
                throw new VaultException(ErrorCode.SECRET_NOT_FOUND, "none");
            }
            return value;
        }

        @Override
        public MountedValue read(IdentityId reader, SecretPath path, @Nullable Integer version) {
            readers.add(reader);
            byte[] data = value(path).getBytes(StandardCharsets.UTF_8);
            return new MountedValue(3, Instant.EPOCH, SensitiveBytes.owning(data));
        }

        @Override
        public MountedDescription describe(SecretPath path) {
            value(path);
            return new MountedDescription(3, 3, 1, "{}", Instant.EPOCH, Instant.EPOCH);
        }

        @Override
        public List<MountedVersion> versions(SecretPath path) {
            value(path);
            return List.of(new MountedVersion(3, true, Instant.EPOCH, null));
        }

        @Override
        public List<SecretPath> paths(String prefix) {
            meanwhile.accept(prefix);
            return values.keySet().stream()
                    .filter(path -> path.startsWith(prefix))
                    .map(SecretPath::new)
                    .toList();
        }
    }
}
