package ai.scailabs.vault.testkit;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Between a driver and a {@link TestFerretDb}: keeps what was asked for, and plays what that lacks, as MongoDB's manual has it ({@link MongoRoleBook}). Users, passwords and logins are the server's.
 * Thread-safe.
 */
public final class MongoRelay implements AutoCloseable {
    private static final int OP_MSG = 2013;
    private static final int HEAD_BYTES = 16;
    private static final int DOCUMENT_AT = 21;
    private static final int MOST_BYTES = 16 * 1024 * 1024;

    private final ServerSocket listener;
    private final int server;
    private final MongoRoleBook roles = new MongoRoleBook(TestFerretDb.ROOT);
    private final List<BsonDocument> commands = new CopyOnWriteArrayList<>();
    private final Map<String, BsonDocument> fixed = new ConcurrentHashMap<>();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    private MongoRelay(ServerSocket listener, int server) {
        this.listener = listener;
        this.server = server;
        Thread.ofVirtual().start(this::listen);
    }

    /** @param server stays the caller's */
    public static MongoRelay before(TestFerretDb server) {
        try {
            return new MongoRelay(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), server.port());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** What was asked for by name, as it came, in its order; logins and greetings are not among it. */
    public List<BsonDocument> commands(String name) {
        return commands.stream()
                .filter(command -> command.getFirstKey().equals(name))
                .toList();
    }

    /** Makes a role that may do nothing. */
    public void addRole(String role) {
        roles.add(role);
    }

    /** What all who send the command are answered from now on, in the place of the server; with null, the server answers again. */
    public void answer(String command, @Nullable BsonDocument answer) {
        if (answer == null) {
            fixed.remove(command);
        } else {
            fixed.put(command, answer);
        }
    }

    private void listen() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket there = new Socket(InetAddress.getLoopbackAddress(), server);
                sockets.add(client);
                sockets.add(there);
                Thread.ofVirtual().start(() -> relay(client, there));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void relay(Socket client, Socket there) {
        try (client;
                there) {
            MongoRoleBook.Standing standing = roles.connected();
            DataInputStream in = new DataInputStream(client.getInputStream());
            DataInputStream answers = new DataInputStream(there.getInputStream());
            while (true) {
                byte[] message = read(in);
                BsonDocument command = command(message);
                if (command == null) {
                    standing.greets(greeting(message));
                }
                BsonDocument own = command == null ? null : own(standing, command);
                if (own != null) {
                    send(client, answer(message, own));
                    continue;
                }
                send(there, command == null ? message : changed(message, command));
                byte[] answer = read(answers);
                if (command != null) {
                    standing.answered(command, document(answer));
                }
                send(client, answer);
            }
        } catch (IOException over) {
            Thread.currentThread().interrupt();
        }
    }

    /** Absent where the server is to answer. */
    private @Nullable BsonDocument own(MongoRoleBook.Standing standing, BsonDocument command) {
        String name = command.getFirstKey();
        if (!MongoRoleBook.isForAll(name)) {
            commands.add(command);
        }
        BsonDocument answer = fixed.get(name);
        return answer == null ? standing.refusal(command) : answer;
    }

    private static @Nullable BsonDocument command(byte[] message) {
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(12) == OP_MSG ? document(message) : null;
    }

    /** OP_QUERY, with which a driver begins: flags, the name of a collection, two numbers, and the document. */
    private static BsonDocument greeting(byte[] message) {
        int at = HEAD_BYTES + Integer.BYTES;
        while (message[at] != 0) {
            at++;
        }
        return document(message, at + 1 + 2 * Integer.BYTES);
    }

    private static BsonDocument document(byte[] message) {
        return document(message, DOCUMENT_AT);
    }

    private static BsonDocument document(byte[] message, int at) {
        int length = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        return new RawBsonDocument(message, at, length).decode(new BsonDocumentCodec());
    }

    /** Without the roles, of which the server takes none. */
    private static byte[] changed(byte[] message, BsonDocument command) {
        if (!command.containsKey("roles")) {
            return message;
        }
        BsonDocument bare = command.clone();
        bare.getArray("roles").clear();
        return message(ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(4), 0, bare);
    }

    private static byte[] answer(byte[] message, BsonDocument answer) {
        int asked = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(4);
        return message(asked + 1, asked, answer);
    }

    private static byte[] message(int id, int answers, BsonDocument document) {
        byte[] bytes = bytes(document);
        return ByteBuffer.allocate(DOCUMENT_AT + bytes.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(DOCUMENT_AT + bytes.length)
                .putInt(id)
                .putInt(answers)
                .putInt(OP_MSG)
                .putInt(0)
                .put((byte) 0)
                .put(bytes)
                .array();
    }

    private static byte[] bytes(BsonDocument document) {
        try (BasicOutputBuffer buffer = new BasicOutputBuffer();
                BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
            new BsonDocumentCodec()
                    .encode(writer, document, EncoderContext.builder().build());
            return buffer.toByteArray();
        }
    }

    private static byte[] read(DataInputStream in) throws IOException {
        int length = Integer.reverseBytes(in.readInt());
        if (length < HEAD_BYTES || length > MOST_BYTES) {
            throw new IOException("no message of MongoDB");
        }
        byte[] message = new byte[length];
        ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
        in.readFully(message, Integer.BYTES, length - Integer.BYTES);
        return message;
    }

    private static void send(Socket socket, byte[] message) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(message);
        out.flush();
    }

    /** An error as the server has it. */
    public static BsonDocument error(int code, String name) {
        return MongoRoleBook.error(code, name);
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
