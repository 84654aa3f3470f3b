package ai.scailabs.vault.credentials.connector.aws;

import ai.scailabs.vault.credentials.connector.Login;
import ai.scailabs.vault.credentials.connector.TargetException;
import ai.scailabs.vault.credentials.connector.TargetFailure;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import ai.scailabs.vault.outbound.aws.AwsIdentity;
import ai.scailabs.vault.outbound.aws.GuardedSdkClient;
import ai.scailabs.vault.outbound.http.GuardedTransfers;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.IamClientBuilder;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.DeleteConflictException;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.StsClientBuilder;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;
import software.amazon.awssdk.services.sts.model.PolicyDescriptorType;

/**
 * IAM and STS of one account, asked by the key of a user. Every request is made once; after a minute nothing more is asked. Thread-safe.
 */
public final class AwsAccounts implements AutoCloseable {
    /** Names the policy that a user is given here. */
    private static final String INLINE = "scaivault";

    private static final int MOST_BYTES = 1024 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final Login login;
    private final AwsIdentity identity;
    private final IamClient iam;
    private final StsClient sts;

    private AwsAccounts(Login login, AwsIdentity identity, IamClient iam, StsClient sts) {
        this.login = login;
        this.identity = identity;
        this.iam = iam;
        this.sts = sts;
    }

    /**
     * Asks nobody yet.
     *
     * @param login an access key: its id and its secret; becomes this one's
     */
    public static AwsAccounts open(AwsSite site, Login login, GuardedTransfers transfers) {
        // What the SDK makes of it are texts, which are the garbage collector's.
        String secret = new String(login.password().expose(), StandardCharsets.UTF_8);
        AwsIdentity identity = AwsIdentity.of(new AwsIdentity.AccessKey(login.user(), secret, null));
        GuardedSdkClient http = new GuardedSdkClient(transfers.whole(MOST_BYTES), PATIENCE);
        ClientOverrideConfiguration once = ClientOverrideConfiguration.builder()
                .retryStrategy(AwsRetryStrategy.doNotRetry())
                .defaultProfileFile(ProfileFile.aggregator().build())
                .build();
        Region region = Region.of(site.region());
        IamClientBuilder iam = IamClient.builder()
                .region(everywhere(region))
                .credentialsProvider(identity.provider())
                .httpClient(http)
                .overrideConfiguration(once);
        StsClientBuilder sts = StsClient.builder()
                .region(region)
                .credentialsProvider(identity.provider())
                .httpClient(http)
                .overrideConfiguration(once);
        URI endpoint = site.endpoint();
        if (endpoint != null) {
            iam.endpointOverride(endpoint);
            sts.endpointOverride(endpoint);
        }
        return new AwsAccounts(login, identity, iam.build(), sts.build());
    }

    /** IAM has one place in each partition of AWS. */
    private static Region everywhere(Region region) {
        return switch (region.metadata() == null
                ? "aws"
                : region.metadata().partition().id()) {
            case "aws-cn" -> Region.AWS_CN_GLOBAL;
            case "aws-us-gov" -> Region.AWS_US_GOV_GLOBAL;
            default -> Region.AWS_GLOBAL;
        };
    }

    /** Whether the key is good. */
    public void verify() throws TargetException {
        AwsCaller _ = callerIdentity();
    }

    /** Whose the key is. It takes no right, so that whoever is refused has no key that is good. */
    public AwsCaller callerIdentity() throws TargetException {
        GetCallerIdentityResponse answer;
        try {
            answer = new AwsTurn().ask(sts::getCallerIdentity);
        } catch (TargetException refused) {
            throw refused.failure() == TargetFailure.NOT_PERMITTED
                    ? new TargetException(TargetFailure.LOGIN_REFUSED)
                    : refused;
        }
        if (answer.account() == null || answer.arn() == null) {
            throw new TargetException(TargetFailure.UNREACHABLE);
        }
        return new AwsCaller(answer.account(), answer.arn());
    }

    /** @param user that may be there or not */
    public UserKeys keysOf(String user) {
        return new UserKeys(iam, user);
    }

    /**
     * Makes a user with one key.
     *
     * @param path such as {@code /}
     * @param tag says what it was made for
     */
    public AwsKeys createUser(String name, String path, AwsRights rights, String tag) throws TargetException {
        AwsTurn turn = new AwsTurn();
        turn.ask(() -> iam.createUser(request -> {
            request.userName(name)
                    .path(path)
                    .tags(Tag.builder().key("scaivault-lease").value(tag).build());
            if (rights.permissionsBoundary() != null) {
                request.permissionsBoundary(rights.permissionsBoundary());
            }
        }));
        for (String group : rights.groups()) {
            turn.ask(() -> iam.addUserToGroup(request -> request.userName(name).groupName(group)), "iam_groups");
        }
        for (String arn : rights.policyArns()) {
            turn.ask(
                    () -> iam.attachUserPolicy(request -> request.userName(name).policyArn(arn)), "policy_arns");
        }
        String document = rights.policyDocument();
        if (document != null) {
            turn.ask(
                    () -> iam.putUserPolicy(
                            request -> request.userName(name).policyName(INLINE).policyDocument(document)),
                    "policy_document");
        }
        AccessKey key = turn.ask(() -> iam.createAccessKey(request -> request.userName(name)))
                .accessKey();
        return new AwsKeys(key.accessKeyId(), bytes(key.secretAccessKey()), null, null);
    }

    /** Takes a user away with all that holds it, its keys first; one that is not there is success. */
    public void deleteUser(String name) throws TargetException {
        AwsTurn turn = new AwsTurn();
        List<AccessKeyMetadata> keys = turn.found(
                () -> iam.listAccessKeys(request -> request.userName(name)).accessKeyMetadata());
        for (AccessKeyMetadata key : keys) {
            turn.gone(
                    () -> iam.deleteAccessKey(request -> request.userName(name).accessKeyId(key.accessKeyId())));
        }
        List<AttachedPolicy> attached = turn.found(() ->
                iam.listAttachedUserPolicies(request -> request.userName(name)).attachedPolicies());
        for (AttachedPolicy policy : attached) {
            turn.gone(
                    () -> iam.detachUserPolicy(request -> request.userName(name).policyArn(policy.policyArn())));
        }
        List<String> inline = turn.found(
                () -> iam.listUserPolicies(request -> request.userName(name)).policyNames());
        for (String policy : inline) {
            turn.gone(
                    () -> iam.deleteUserPolicy(request -> request.userName(name).policyName(policy)));
        }
        List<Group> groups = turn.found(
                () -> iam.listGroupsForUser(request -> request.userName(name)).groups());
        for (Group group : groups) {
            turn.gone(() ->
                    iam.removeUserFromGroup(request -> request.userName(name).groupName(group.groupName())));
        }
        if (!isDeleted(turn, name)) {
            // It was given something since, or gave itself something.
            Leftovers.remove(iam, turn, name);
            turn.gone(() -> iam.deleteUser(request -> request.userName(name)));
        }
    }

    private boolean isDeleted(AwsTurn turn, String name) throws TargetException {
        AtomicBoolean held = new AtomicBoolean();
        turn.gone(() -> {
            try {
                return iam.deleteUser(request -> request.userName(name));
            } catch (DeleteConflictException left) {
                held.set(true);
                return left;
            }
        });
        return !held.get();
    }

    /** Takes a role for a while. @param session names it in AWS's own log */
    public AwsKeys assumeRole(String arn, @Nullable String externalId, String session, Duration time, AwsRights rights)
            throws TargetException {
        return keys(new AwsTurn()
                .ask(() -> sts.assumeRole(request -> {
                    request.roleArn(arn)
                            .roleSessionName(session)
                            .durationSeconds((int) time.toSeconds())
                            .policyArns(descriptors(rights));
                    if (externalId != null) {
                        request.externalId(externalId);
                    }
                    if (rights.policyDocument() != null) {
                        request.policy(rights.policyDocument());
                    }
                }))
                .credentials());
    }

    /** A session of who asks, narrowed. @param session names it in AWS's own log */
    public AwsKeys federationToken(String session, Duration time, AwsRights rights) throws TargetException {
        return keys(new AwsTurn()
                .ask(() -> sts.getFederationToken(request -> {
                    request.name(session)
                            .durationSeconds((int) time.toSeconds())
                            .policyArns(descriptors(rights));
                    if (rights.policyDocument() != null) {
                        request.policy(rights.policyDocument());
                    }
                }))
                .credentials());
    }

    /** A session of who asks, with all that they may do. */
    public AwsKeys sessionToken(Duration time) throws TargetException {
        return keys(new AwsTurn()
                .ask(() -> sts.getSessionToken(request -> request.durationSeconds((int) time.toSeconds())))
                .credentials());
    }

    private static List<PolicyDescriptorType> descriptors(AwsRights rights) {
        return rights.policyArns().stream()
                .map(arn -> PolicyDescriptorType.builder().arn(arn).build())
                .toList();
    }

    private static AwsKeys keys(Credentials given) {
        return new AwsKeys(
                given.accessKeyId(), bytes(given.secretAccessKey()), bytes(given.sessionToken()), given.expiration());
    }

    private static SensitiveBytes bytes(String text) {
        return SensitiveBytes.owning(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        iam.close();
        sts.close();
        identity.close();
        login.close();
    }
}
