package ai.scailabs.vault.federation.google;

import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.RemoteValues;
import ai.scailabs.vault.federation.remote.RemoteVersion;
import ai.scailabs.vault.federation.remote.Unanswered;
import ai.scailabs.vault.kernel.sensitive.SensitiveBytes;
import com.google.cloud.secretmanager.v1.AccessSecretVersionRequest;
import com.google.cloud.secretmanager.v1.AccessSecretVersionResponse;
import com.google.cloud.secretmanager.v1.GetSecretVersionRequest;
import com.google.cloud.secretmanager.v1.ListSecretVersionsRequest;
import com.google.cloud.secretmanager.v1.ListSecretVersionsResponse;
import com.google.cloud.secretmanager.v1.SecretManagerServiceClient;
import com.google.cloud.secretmanager.v1.SecretPayload;
import com.google.cloud.secretmanager.v1.SecretVersion;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;

/** The versions of a secret there, with their values. They are counted, and the current one is the last that was made. Thread-safe. */
final class GoogleVersions {
    private static final int MOST_VERSIONS = 50_000;

    private final GoogleNames resources;
    private final GoogleService service;

    GoogleVersions(GoogleNames resources, GoogleService service) {
        this.resources = resources;
        this.service = service;
    }

    RemoteVersion latest(RemoteCalls.Turn turn, String name) throws RemoteException {
        SecretVersion latest = described(turn, name, GoogleNames.LATEST);
        return version(latest, resources.numberOf(latest.getName(), name), true);
    }

    private SecretVersion described(RemoteCalls.Turn turn, String name, String version) throws RemoteException {
        try {
            return service.ask(
                    turn,
                    SecretManagerServiceClient::getSecretVersionCallable,
                    GetSecretVersionRequest.newBuilder()
                            .setName(resources.version(name, version))
                            .build());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.FORBIDDEN) {
                // Whoever may see the value is often given that right alone.
                throw new RemoteException(
                        RemoteFailure.FORBIDDEN,
                        refused.getMessage() + ": it takes secretmanager.versions.get besides versions.access");
            }
            throw refused;
        }
    }

    RemoteVersion earlier(RemoteCalls.Turn turn, String name, int number, RemoteVersion latest) throws RemoteException {
        if (number < 1 || number > latest.number()) {
            throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number");
        }
        SecretVersion earlier;
        try {
            earlier = described(turn, name, String.valueOf(number));
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "no version of that number");
            }
            throw refused;
        }
        requireNumber(number, earlier.getName(), name);
        return version(earlier, number, false);
    }

    SensitiveBytes value(RemoteCalls.Turn turn, String name, int number) throws RemoteException {
        AccessSecretVersionResponse answer;
        try {
            answer = service.ask(
                    turn,
                    SecretManagerServiceClient::accessSecretVersionCallable,
                    AccessSecretVersionRequest.newBuilder()
                            .setName(resources.version(name, String.valueOf(number)))
                            .build());
        } catch (RemoteException refused) {
            if (refused.failure() == RemoteFailure.NOT_FOUND) {
                throw new RemoteException(RemoteFailure.VERSION_NOT_FOUND, "the version has vanished");
            }
            throw refused;
        }
        requireNumber(number, answer.getName(), name);
        if (!answer.hasPayload()) {
            throw Unanswered.notUnderstood("a version without a value");
        }
        return data(answer.getPayload());
    }

    private static SensitiveBytes data(SecretPayload payload) throws RemoteException {
        byte[] bytes = payload.getData().toByteArray();
        try {
            if (payload.hasDataCrc32C() && payload.getDataCrc32C() != checksum(bytes)) {
                throw Unanswered.notUnderstood("a value that does not fit its checksum");
            }
            return RemoteValues.ofBytes(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static long checksum(byte[] bytes) {
        CRC32C sum = new CRC32C();
        sum.update(bytes);
        return sum.getValue();
    }

    private void requireNumber(int number, String resource, String name) throws RemoteException {
        if (resources.numberOf(resource, name) != number) {
            throw Unanswered.notUnderstood("another version than was asked for");
        }
    }

    /** It is not told since when one is disabled: not before it was made. */
    private static RemoteVersion version(SecretVersion version, int number, boolean current) throws RemoteException {
        if (!version.hasCreateTime()) {
            throw Unanswered.notUnderstood("a version without a date");
        }
        Instant createdAt = instant(version.getCreateTime());
        Instant goneAt = switch (version.getState()) {
            case ENABLED -> null;
            case DESTROYED -> version.hasDestroyTime() ? instant(version.getDestroyTime()) : createdAt;
            case DISABLED, STATE_UNSPECIFIED, UNRECOGNIZED -> createdAt;
        };
        return new RemoteVersion(number, current, createdAt, goneAt);
    }

    static Instant instant(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }

    List<RemoteVersion> all(RemoteCalls.Turn turn, String name) throws RemoteException {
        List<RemoteVersion> versions = new ArrayList<>();
        String token = "";
        do {
            ListSecretVersionsResponse page = service.ask(
                    turn,
                    SecretManagerServiceClient::listSecretVersionsCallable,
                    ListSecretVersionsRequest.newBuilder()
                            .setParent(resources.secret(name))
                            .setPageSize(GoogleService.PAGE)
                            .setPageToken(token)
                            .build());
            for (SecretVersion version : page.getVersionsList()) {
                versions.add(version(version, resources.numberOf(version.getName(), name), false));
            }
            if (versions.size() > MOST_VERSIONS) {
                throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + MOST_VERSIONS + " versions");
            }
            token = GoogleService.next(token, page.getNextPageToken());
        } while (!token.isEmpty());
        versions.sort(Comparator.comparingInt(RemoteVersion::number).reversed());
        if (!versions.isEmpty()) {
            RemoteVersion last = versions.getFirst();
            versions.set(0, new RemoteVersion(last.number(), true, last.createdAt(), last.goneAt()));
        }
        return List.copyOf(versions);
    }

    static SecretPayload payload(SensitiveBytes data) {
        byte[] bytes = RemoteValues.toPayload(data.expose());
        try {
            return SecretPayload.newBuilder()
                    .setData(ByteString.copyFrom(bytes))
                    .setDataCrc32C(checksum(bytes))
                    .build();
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
