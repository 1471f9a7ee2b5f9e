import auth from "./auth.json";
import common from "./common.json";
import connect from "./connect.json";
import desk from "./desk.json";
import history from "./history.json";
import job from "./job.json";
import restore from "./restore.json";
import settings from "./settings.json";

/** All texts, by area; a file an area of the app. */
export default {
  ...common,
  ...auth,
  ...connect,
  ...desk,
  ...job,
  ...restore,
  ...history,
  ...settings,
};
