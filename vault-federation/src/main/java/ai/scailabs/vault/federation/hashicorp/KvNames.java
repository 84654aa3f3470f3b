package ai.scailabs.vault.federation.hashicorp;

import ai.scailabs.vault.federation.remote.RemoteCalls;
import ai.scailabs.vault.federation.remote.RemoteException;
import ai.scailabs.vault.federation.remote.RemoteFailure;
import ai.scailabs.vault.federation.remote.Unanswered;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;

/**
 * The names below a prefix. A vault lists one folder at a time, so that some are asked for at once. Those of version 2 that are soft-deleted are among them: the vault does not tell in a list.
 * Used once.
 */
final class KvNames {
    private static final int AT_ONCE = 8;
    /** Folders that still wait, whatever a vault invents. */
    private static final int MOST_FOLDERS = 10_000;

    private final TokenSession session;
    private final Mount mount;
    private final String prefix;
    private final boolean deep;
    private final int most;
    private final List<String> names = new ArrayList<>();
    private final Deque<String> folders = new ArrayDeque<>();

    KvNames(TokenSession session, Mount mount, String prefix, boolean deep, int most) {
        this.session = session;
        this.mount = mount;
        this.prefix = prefix;
        this.deep = deep;
        this.most = most;
    }

    List<String> list(RemoteCalls.Turn turn) throws RemoteException {
        folders.add(prefix.substring(0, prefix.lastIndexOf('/') + 1));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            while (!folders.isEmpty()) {
                List<Callable<List<String>>> next = new ArrayList<>();
                while (next.size() < AT_ONCE && !folders.isEmpty()) {
                    String folder = folders.poll();
                    next.add(() -> in(turn, folder));
                }
                for (Future<List<String>> found : threads.invokeAll(next)) {
                    take(found.get());
                }
            }
            return names;
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RemoteException known ? known : Unanswered.of(failed);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RemoteException(RemoteFailure.TIMED_OUT, "the list was not waited for");
        }
    }

    /** Those in the folder that begin with the prefix, each with the folder before it. */
    private List<String> in(RemoteCalls.Turn turn, String folder) throws RemoteException {
        String where = mount.list(folder);
        VaultAnswer answer = session.ask(turn, vault -> vault.logical().list(where));
        if (answer.isNotFound()) {
            return List.of();
        }
        if (!answer.isSuccess()) {
            throw VaultRefusal.of(answer);
        }
        JsonNode keys = answer.tree().path("data").path("keys");
        if (!keys.isArray()) {
            throw Unanswered.notUnderstood("a list without keys");
        }
        List<String> found = new ArrayList<>();
        for (JsonNode key : keys) {
            String text = key.asString("");
            String segment = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
            // Else it has a name that cannot be asked for.
            if (VaultName.isSegment(segment) && (folder + text).startsWith(prefix)) {
                found.add(folder + text);
            }
        }
        return found;
    }

    private void take(List<String> found) throws RemoteException {
        for (String name : found) {
            if (deep && name.endsWith("/")) {
                folders.add(name);
            } else {
                names.add(name);
            }
        }
        if (names.size() > most || folders.size() > MOST_FOLDERS) {
            throw new RemoteException(RemoteFailure.TOO_LARGE, "more than " + most + " secrets, or too many folders");
        }
    }
}
