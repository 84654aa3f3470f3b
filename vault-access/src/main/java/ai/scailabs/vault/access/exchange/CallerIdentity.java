package ai.scailabs.vault.access.exchange;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Who AWS says that somebody is.
 *
 * @param arn of a user, an assumed role or a federated user
 */
record CallerIdentity(String arn) {
    private static final String NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
    private static final String RESULT = "GetCallerIdentityResponse/GetCallerIdentityResult/";
    private static final Set<String> KNOWN = Set.of(
            "GetCallerIdentityResponse",
            "GetCallerIdentityResponse/GetCallerIdentityResult",
            RESULT + "Arn",
            RESULT + "UserId",
            RESULT + "Account",
            "GetCallerIdentityResponse/ResponseMetadata",
            "GetCallerIdentityResponse/ResponseMetadata/RequestId");
    private static final Pattern ARN =
            Pattern.compile("arn:(?:aws|aws-cn|aws-us-gov):(?:iam|sts)::(?<account>[0-9]{12}):[!-~]{1,400}");

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_NAMESPACE_AWARE, true);
        factory.setXMLResolver((publicId, systemId, base, namespace) -> {
            throw new XMLStreamException("nothing else is read");
        });
        return factory;
    }

    /** @throws IOException when it is anything but the one answer that AWS gives to this question; its message repeats nothing of it */
    static CallerIdentity parse(String xml) throws IOException {
        Map<String, String> texts = texts(xml);
        String arn = texts.getOrDefault(RESULT + "Arn", "");
        Matcher form = ARN.matcher(arn);
        if (!form.matches() || !form.group("account").equals(texts.get(RESULT + "Account"))) {
            throw new IOException("the answer does not say who the caller is");
        }
        return new CallerIdentity(arn);
    }

    /** The text of each element by its place. */
    private static Map<String, String> texts(String xml) throws IOException {
        Map<String, String> texts = new HashMap<>();
        Deque<String> open = new ArrayDeque<>();
        StringBuilder text = new StringBuilder();
        try {
            XMLStreamReader reader = factory().createXMLStreamReader(new StringReader(xml));
            while (reader.hasNext()) {
                switch (reader.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        open.addLast(place(open, reader));
                        text.setLength(0);
                    }
                    case XMLStreamConstants.END_ELEMENT -> {
                        if (texts.put(open.removeLast(), text.toString()) != null) {
                            throw unexpected();
                        }
                        text.setLength(0);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.SPACE -> text.append(reader.getText());
                    case XMLStreamConstants.END_DOCUMENT -> {}
                    default -> throw unexpected();
                }
            }
            return texts;
        } catch (XMLStreamException malformed) {
            throw new IOException("the answer is not well-formed", malformed);
        }
    }

    private static String place(Deque<String> open, XMLStreamReader reader) throws IOException {
        String place = open.isEmpty() ? reader.getLocalName() : open.getLast() + "/" + reader.getLocalName();
        if (!NAMESPACE.equals(reader.getNamespaceURI()) || !KNOWN.contains(place)) {
            throw unexpected();
        }
        return place;
    }

    private static IOException unexpected() {
        return new IOException("the answer has something that AWS does not send");
    }
}
