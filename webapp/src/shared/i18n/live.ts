import en from "./en/live.json";
import { addTexts } from "./later";
import ru from "./ru/live.json";

addTexts({ ru, en });
