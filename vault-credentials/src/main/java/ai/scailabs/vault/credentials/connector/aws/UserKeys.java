package ai.scailabs.vault.credentials.connector.aws;

import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;

/** The keys of one user, of whom AWS lets there be two. Ends with the {@link AwsAccounts} that it comes from. Thread-safe. */
public final class UserKeys {
    private final IamClient iam;
    private final String user;

    UserKeys(IamClient iam, String user) {
        this.iam = iam;
        this.user = user;
    }

    /** Refused where there is no such user. */
    public List<UserKey> accessKeys() throws TargetException {
        List<AccessKeyMetadata> found = new AwsTurn()
                .ask(() -> iam.listAccessKeys(request -> request.userName(user)).accessKeyMetadata());
        return found.stream()
                .map(key -> new UserKey(key.accessKeyId(), made(key.createDate())))
                .toList();
    }

    /** To be closed. It is let in some seconds later. A third is refused. */
    public AwsKeys createAccessKey() throws TargetException {
        AccessKey key = new AwsTurn()
                .ask(() -> iam.createAccessKey(request -> request.userName(user)))
                .accessKey();
        return new AwsKeys(
                key.accessKeyId(),
                SensitiveBytes.owning(key.secretAccessKey().getBytes(StandardCharsets.UTF_8)),
                null,
                null);
    }

    /** One that the user does not have is success. */
    public void deleteAccessKey(String id) throws TargetException {
        new AwsTurn()
                .gone(() ->
                        iam.deleteAccessKey(request -> request.userName(user).accessKeyId(id)));
    }

    /** When it last signed something, as far as AWS has written it down; empty for never. */
    public Optional<Instant> lastUsed(String id) throws TargetException {
        AccessKeyLastUsed used = new AwsTurn()
                .ask(() -> iam.getAccessKeyLastUsed(request -> request.accessKeyId(id)))
                .accessKeyLastUsed();
        return used == null ? Optional.empty() : Optional.ofNullable(used.lastUsedDate());
    }

    private static Instant made(@Nullable Instant at) {
        return at == null ? Instant.EPOCH : at;
    }
}
