import generated.ApiClient;
import generated.ApiException;
import generated.api.OperatingApi;
import generated.api.PublishingApi;
import generated.api.StreamsApi;
import generated.api.UsersApi;
import generated.model.Event;
import generated.model.Item;
import generated.model.PresenceRequest;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Calls a server by what was generated from its description, and prints what it answers. */
public class Client {

  public static void main(String[] arguments) throws ApiException {
    var client = new ApiClient();
    client.updateBaseUri(arguments[0]);
    var publishing = new PublishingApi(client);
    var users = new UsersApi(client);
    var operating = new OperatingApi(client);

    print("ready", operating.ready().getStatus());
    var single = new Event().type("order.changed").data(Map.of("order", 17)).ttl("1h");
    print("connections", publishing.publish("alice", single, "key-1", null, null).getConnections());
    print("repeated", publishing.publish("alice", single, "key-1", null, null).getRepeated());
    var item = new Item().users(Set.of("alice", "bob")).data("for two");
    print("batch", publishing.publishBatch(List.of(item), null, null).getResults().get(0).getStatus());
    print("broadcast", publishing.broadcast(new Event().data("for all"), null, null, null).getConnections());
    print("cursor", new StreamsApi(client).cursor("alice").getCursor());
    print("online", users.onlineUsers(null, null, null).getUsers());
    print("presence", users.presence(new PresenceRequest().users(List.of("bob")), null));
    print("stats", operating.stats(null).getConnections());
    print("kicked", operating.kick("alice"));
    try {
      publishing.publish("alice", new Event().type("stream.open").data(""), null, null, null);
    } catch (ApiException e) {
      print("refused", e.getCode());
    }
  }

  private static void print(String what, Object answer) {
    System.out.println(what + " " + String.valueOf(answer).replaceAll("\\s+", " "));
  }
}
