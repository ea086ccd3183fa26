"""The names that reactions.add takes: the emoji that teams use, and the team's own. It is no full table."""

import re

_FORM = re.compile(r"([a-z0-9_+'\-]+)(::skin-tone-[2-6])?")
_NAMES = frozenset(
    """
+1 -1 100 1234 8ball a ab abc adhesive_bandage airplane alarm_clock ambulance anchor anger angry apple arrow_backward
arrow_double_down arrow_double_up arrow_down arrow_down_small arrow_forward arrow_heading_down arrow_heading_up
arrow_left arrow_lower_left arrow_lower_right arrow_right arrow_right_hook arrow_up arrow_up_small arrow_upper_left
arrow_upper_right arrows_clockwise arrows_counterclockwise art astonished atm back balloon ballot_box_with_check
bangbang bank bar_chart baseball basketball bath battery beach_with_umbrella bear bee beer beers beetle bell
beginner black_circle black_large_square black_square blossom blue_book blue_heart blush boat bomb book bookmark
bookmark_tabs books boom bow bowling brain bread bricks bridge_at_night briefcase broken_heart broom bug bulb bus
cake calendar calling camera camera_with_flash candle candy card_index card_file_box cat champagne
chart_with_downwards_trend chart_with_upwards_trend checkered_flag chicken cinema circus_tent city_sunrise clap
clapper classical_building clinking_glasses clipboard clock1 clock10 clock11 clock12 clock2 clock3 clock4 clock5
clock6 clock7 clock8 clock9 closed_book closed_lock_with_key cloud coffee coffin cold_sweat collision comet
computer confetti_ball confounded confused congratulations construction construction_worker control_knobs cookie
cool cop copyright cow credit_card crescent_moon crossed_fingers crossed_flags crown cry crying_cat_face
crystal_ball cyclone dagger_knife dancer dart dash date deciduous_tree desktop_computer diamonds disappointed
disguised_face dizzy dizzy_face do_not_litter dog dollar dolphin door double_vertical_bar doughnut dragon droplet
dvd ear earth_africa earth_americas earth_asia egg eight elephant email envelope envelope_with_arrow euro evergreen_tree
exclamation exploding_head expressionless eye eyes face_palm face_with_monocle face_with_raised_eyebrow
face_with_rolling_eyes face_with_thermometer facepunch factory fast_forward fax fearful file_cabinet file_folder
film_frames fire fire_engine fire_extinguisher firecracker first_place_medal fish fist five flag-us flashlight
fleur_de_lis floppy_disk flushed fog footprints fork_and_knife four four_leaf_clover fox_face free fried_egg
frog frowning fuelpump full_moon game_die gear gem ghost gift globe_with_meridians goat golf grapes green_apple
green_book green_heart grey_exclamation grey_question grimacing grin grinning guardsman guitar gun hammer
hammer_and_pick hammer_and_wrench hamster hand handshake hankey hash hatched_chick headphones hear_no_evil heart
heart_eyes heartbeat heartpulse hearts heavy_check_mark heavy_division_sign heavy_dollar_sign heavy_exclamation_mark
heavy_minus_sign heavy_multiplication_x heavy_plus_sign helicopter high_brightness hocho hole honey_pot horse hospital
hot_pepper hotel hourglass hourglass_flowing_sand house hugging_face hushed ice_cream id imp inbox_tray
incoming_envelope information_source innocent interrobang iphone jack_o_lantern japan jeans joy joystick key keyboard
keycap_star kiss kissing knife knife_fork_plate koala label ladder ladybug large_blue_circle large_blue_square
large_green_circle large_green_square large_orange_circle large_orange_square large_purple_circle large_red_square
large_yellow_circle large_yellow_square laughing leaves ledger left_right_arrow lemon level_slider link lion_face
lipstick lock lock_with_ink_pen lollipop loop loud_sound loudspeaker lower_left_ballpoint_pen mag mag_right magnet
mailbox mailbox_with_mail man mantelpiece_clock map maple_leaf mask mechanical_arm medal mega melon memo microphone
microscope milky_way minidisc mobile_phone_off money_with_wings moneybag monkey monkey_face mortar_board mountain
mouse mouse_trap movie_camera moyai muscle mushroom musical_note mute nail_care name_badge nauseated_face nerd_face
neutral_face new newspaper night_with_stars nine no_bell no_entry no_entry_sign no_good no_mouth no_pedestrians
notebook notes nut_and_bolt o o2 ocean octagonal_sign octopus office ok ok_hand old_key older_man on one open_book
open_file_folder open_hands open_mouth orange_book orange_heart outbox_tray owl ox package page_facing_up
page_with_curl pager palm_tree panda_face paperclip parachute parking partly_sunny partying_face passport_control
pause_button peach pear pencil pencil2 penguin pensive performing_arts person_doing_cartwheel petri_dish phone
pick pig pill pineapple ping_pong pizza placard play_or_pause_button plunger point_down point_left point_right
point_up point_up_2 police_car poodle poop popcorn post_office postal_horn potable_water pouch pouting_cat pray
present printer purple_heart purse pushpin put_litter_in_its_place question rabbit rage rain_cloud rainbow
raised_hand raised_hands raising_hand ram receipt recycle red_car red_circle relaxed relieved reminder_ribbon repeat
rescue_worker_helmet restroom revolving_hearts rewind ribbon rice_ball ring robot_face rocket roll_of_paper
rolling_on_the_floor_laughing rooster rose rotating_light round_pushpin rugby_football runner sandwich satellite
satellite_antenna sauropod saxophone scales school scissors scorpion scream scroll seat second_place_medal
secret see_no_evil seedling selfie seven shark sheep shell shield ship shocked_face_with_exploding_head
shopping_bags shopping_trolley shower shrug shushing_face signal_strength six skull skull_and_crossbones sleeping
sleepy sleuth_or_spy slightly_frowning_face slightly_smiling_face sloth slot_machine small_blue_diamond
small_orange_diamond small_red_triangle small_red_triangle_down smile smiley smiling_imp smirk smoking snail snake
sneezing_face snowflake snowman soap sob soccer soon sos sound space_invader spades sparkle sparkler sparkles
sparkling_heart speak_no_evil speaker speech_balloon speedboat spider spider_web spiral_calendar_pad spiral_note_pad
sponge squid stadium star star-struck star2 statue_of_liberty steam_locomotive stethoscope stew stop_button
stop_sign stopwatch straight_ruler strawberry stuck_out_tongue studio_microphone sunflower sunglasses sunny sunrise
sweat sweat_drops sweat_smile syringe tada tanabata_tree tangerine taxi tea telephone telephone_receiver telescope
tennis tent test_tube thermometer thinking_face third_place_medal thought_balloon three thumbsdown thumbsup
thunder_cloud_and_rain ticket tiger timer_clock tired_face tm toilet tokyo_tower tomato tongue toolbox tooth top
tornado track_next track_previous tractor traffic_light train train2 triangular_flag_on_post triangular_ruler
trident triumph trophy tropical_fish truck trumpet tulip turtle tv twisted_rightwards_arrows two two_hearts umbrella
unamused underage unicorn_face unlock up upside_down_face v vertical_traffic_light video_camera video_game vhs
violin volcano volleyball vs walking warning wastebasket watch water_buffalo watermelon wave wavy_dash weary
wheelchair white_check_mark white_circle white_flower white_heart white_large_square whale wind_blowing_face
wind_chime wine_glass wink wolf woman woman-running worried wrench writing_hand x yawning_face yellow_heart yum zap
zany_face zero zipper_mouth_face zzz
""".split()  # noqa: SIM905
)


def known(name: str, custom: set[str]) -> bool:
    """Whether a reaction may have this name, given without colons."""
    found = _FORM.fullmatch(name)
    return found is not None and (found[1] in _NAMES or found[1] in custom)
